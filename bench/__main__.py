"""Runs the measures: `bin/bench [NAME …] [--quick] [--json FILE]`; 1 when a bound does not hold."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.content import content
from bench.learner import learner
from bench.measure import Measure, table, write_json
from bench.meetings import meetings
from bench.memory import memory
from bench.pages import pages, submit
from bench.people import people
from bench.people_import import people_import
from bench.refreshers import refreshers

MEASURES = {
    "pages": pages,
    "submit": submit,
    "content": content,
    "memory": memory,
    "meetings": meetings,
    "learner": learner,
    "import": people_import,
    "refreshers": refreshers,
    "people": people,
}


def main() -> int:
    """Takes the measures that were asked for, or all, and prints them as a table."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Meet tegen een plafond.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="minder rondes")
    parser.add_argument("--json", type=Path, help="schrijf de metingen in dit bestand")
    options = parser.parse_args()
    unknown = set(options.names) - set(MEASURES)
    if unknown:
        parser.error(f"onbekend: {', '.join(sorted(unknown))}")
    taken: list[Measure] = []
    for name, take in MEASURES.items():
        if not options.names or name in options.names:
            taken.extend(take(options.quick))
    print(table(taken))
    if options.json:
        write_json(options.json, taken)
    return 0 if all(measure.holds for measure in taken) else 1


if __name__ == "__main__":
    sys.exit(main())
