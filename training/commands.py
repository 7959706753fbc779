"""The `training` command line: every job is also a command, with Dutch messages and exit codes.

0: done · 1: something is wrong and the message says what · 2: the command was not understood.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from training.settings import SettingsError


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(prog="training", description="Weerbaar beheren.")
    root.add_subparsers(dest="command", required=True, metavar="opdracht")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except SettingsError as problem:
        print(problem, file=sys.stderr)
        return 1
