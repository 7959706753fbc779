"""What every text must hold to: sources of law, facts in one place, names that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from training.content.front_matter import meant
from training.content.markdown import Document, Node, words
from training.content.rich import Shelf
from training.content.rules import Report

_ARTICLE = re.compile(
    r"\b[Aa]rt(?:ikel(?:en)?|\.)\s*\d+[\w:.]*|\b\d+[a-z]? (?:Opiumwet|Awb|Sr|Sv)\b"
)
_PHONE = re.compile(
    r"\+31[\s-]?\d[\d\s-]{7,}|\b0(?:800|900|906|88)[\s-]?\d[\d\s-]{2,8}\d|\b06[\s-]?\d{8}\b"
    r"|\b0\d{1,3}[\s-]\d{3}[\s-]?\d{2}[\s-]?\d{2}\b|\b0\d{9}\b|(?<![\d.,-])112(?![\d.,]\d|\d)"
)
_MONEY = re.compile(r"€\s?\d[\d.,]*|\b\d[\d.,]*\s?euro\b|\bEUR\s?\d[\d.,]*")


def check_statements(units: Iterable[Sequence[Node]], report: Report) -> None:
    """Articles of law have a source in the same unit; phone numbers and amounts are facts."""
    for unit in units:
        inlines = [token for node in unit for token in node.inlines()]
        sourced = any(c.type == "code_inline" for t in inlines for c in t.children or [])
        for token in inlines:
            line = token.map[0] + 1 if token.map else 1
            text = words([c for c in token.children or [] if c.type != "code_inline"])
            _check_line(text, line, sourced, report)


def _check_line(text: str, line: int, sourced: bool, report: Report) -> None:
    article = _ARTICLE.search(text)
    if article and not sourced:
        report.add(line, "A021", found=article.group())
    for pattern, code in ((_PHONE, "A022"), (_MONEY, "A023")):
        found = pattern.search(text)
        if found:
            report.add(line, code, found=found.group().strip())


def check_audiences(
    names: Sequence[str], document: Document, shelf: Shelf, report: Report, line: int | None = None
) -> None:
    """Every audience exists."""
    for number, name in enumerate(names):
        if name not in shelf.audiences:
            at = line or document.front.line(("doelgroepen", number))
            report.add(at, "A014", name=name, hint=meant(name, shelf.audiences))


def check_previous(
    previous: Mapping[str, str], slugs: Sequence[str], document: Document, report: Report
) -> None:
    """Old slugs lead to headings that are there."""
    for old, new in previous.items():
        if new not in slugs:
            line = document.front.line(("vorige-ids", old))
            report.add(line, "A028", slug=new, hint=meant(new, slugs))
