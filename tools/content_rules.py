"""Writes docs/content-rules.md from the rules themselves and from the ways in which the tests break
them: what stands there is what the checker does."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.content.test_mutations import BROKEN  # noqa: E402 - the path must be set first
from training.content.rules import RULES, Stage  # noqa: E402

PAGE = ROOT / "docs" / "content-rules.md"
HEAD = """# Rules of content

The checker (`training content check`) runs in three stages (read, structure, reachability) and
stops at the first stage with errors, so that one mistake gives one message. Each message names
file and line, and reads in Dutch, because the authors do. An error (fout) keeps the last accepted
content in use; a warning (let op) does not. This page is made by `python tools/content_rules.py`;
a test holds it against the code.

Why rules at all: who reads a module must be able to trust every sentence in it, no run of a
dilemma may get stuck or be unfair, and a change of law must be a change in one line. Flags and
bounded values make a dilemma a finite machine, so the rules on reachability are proofs, not
guesses. The reading level is measured per file: words per sentence, the share of long and of
official words, and of sentences with a form of "worden"; the bounds for B1 stand in
`training/content/reading.py`.
"""


def page() -> str:
    """The whole page: each rule with its message and, where the tests have them, a right and a
    wrong example."""
    examples = {code: (name, old, new) for name, _file, old, new, code in reversed(BROKEN)}
    parts = [HEAD]
    for stage in Stage:
        parts.append(f"\n## Stage: {stage.value}\n")
        for rule in sorted(RULES.values(), key=lambda r: r.code):
            if rule.stage is not stage:
                continue
            parts.append(f"\n### {rule.code} ({rule.severity.value})\n\n> {rule.message}\n")
            if rule.code in examples:
                name, old, new = examples[rule.code]
                right, wrong = _short(old or "(the whole file)"), _short(new or "(left out)")
                parts.append(
                    f"\nFor example, {name}:\n\n````text\nright: {right}\nwrong: {wrong}\n````\n"
                )
    return "".join(parts)


def _short(text: str) -> str:
    return " ⏎ ".join(line for line in text.strip().splitlines() if line.strip())[:160]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
