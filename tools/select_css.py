"""Decides which rules of a design system's style sheet a page of ours needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
DECLARATION = re.compile(r"(--[\w-]+)\s*:\s*([^;]*);")


class Block(NamedTuple):
    """One `prelude { body }` of a style sheet; a conditional group holds blocks in its body."""

    prelude: str
    body: str


def blocks(css: str) -> Iterator[Block]:
    """The top-level blocks of a style sheet, in order. Braces in quotes do not count."""
    depth, start, prelude, quote = 0, 0, "", ""
    for place, sign in enumerate(css):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            if depth == 0:
                prelude, start = css[start:place], place + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield Block(prelude.strip(), css[start:place])
                start = place + 1
        elif sign == ";" and depth == 0:  # @charset and the like
            start = place + 1


def select(css: str, classes: frozenset[str]) -> str:
    """The part of `css` that only speaks of these classes, without comments and white space."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "".join(_kept(blocks(bare), classes))


def tokens(css: str, theme: str) -> str:
    """The custom properties of `theme` that `css` needs, with those they need, as declarations."""
    known = dict(DECLARATION.findall(re.sub(r"/\*.*?\*/", "", theme, flags=re.DOTALL)))
    wanted: dict[str, str] = {}
    queue = VARIABLE.findall(css)
    while queue:
        name = queue.pop()
        if name in known and name not in wanted:
            wanted[name] = _tight(known[name])
            queue += VARIABLE.findall(known[name])
    return "".join(f"{name}:{value};" for name, value in sorted(wanted.items()))


def _kept(found: Iterable[Block], classes: frozenset[str]) -> Iterator[str]:
    for prelude, body in found:
        if prelude.startswith(("@media", "@supports", "@container")):
            inner = "".join(_kept(blocks(body), classes))
            if inner and "-ms-high-contrast" not in prelude.split(",")[-1]:
                yield f"{_tight(prelude)}{{{inner}}}"
        elif not prelude.startswith("@"):
            selectors = [one for one in _parts(prelude) if _wanted(one, classes)]
            if selectors and body.strip():
                yield f"{','.join(_tight(one) for one in selectors)}{{{_tight(body).rstrip(';')}}}"


def _wanted(selector: str, classes: frozenset[str]) -> bool:
    if ":invalid" in selector:  # a browser finds an empty field wrong before anybody typed in it
        return False
    named = CLASS.findall(selector)
    return bool(named) and classes.issuperset(named)


def _parts(prelude: str) -> Iterator[str]:
    """A selector list, split at its own commas only (not those within `:is(…)`)."""
    depth, start = 0, 0
    for place, sign in enumerate(prelude):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            yield prelude[start:place]
            start = place + 1
    yield prelude[start:]


def _tight(text: str) -> str:
    """White space squeezed to what the grammar needs; quoted text is left alone."""
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", text)
    for place in range(0, len(parts), 2):
        squeezed = re.sub(r"\s+", " ", parts[place])
        parts[place] = re.sub(r"\s*([;,>{}])\s*", r"\1", squeezed).replace(": ", ":")
    return "".join(parts).replace("( ", "(").replace(" )", ")").strip()
