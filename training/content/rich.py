"""How running text becomes safe HTML once, at load: facts, sources, terms and local inserts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from training.content.classes import Fact, LocalInsert, Part, Rich, Source, Term
from training.content.front_matter import meant
from training.content.markdown import Node
from training.content.rules import Report

_HOLE = re.compile(r"\{\{\s*(feit:)?([\w-]+)\s*\}\}")
_HTML = re.compile(r"</?[a-zA-Z][^>]*>|<!--")
_OPTIONS = OptionsDict({"html": False, "xhtmlOut": False, "breaks": False, "langPrefix": ""})  # type: ignore[typeddict-item]
_RENDERER = RendererHTML()
_CLEANER = nh3.Cleaner(
    tags={
        *("p", "em", "strong", "ul", "ol", "li", "a", "blockquote", "h3", "br", "hr", "code"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={"a": {"href", "class"}, "td": {"class"}, "th": {"class", "scope"}, "ol": {"start"}},
    url_schemes={"https"},
    link_rel="noopener noreferrer",
)


@dataclass(slots=True)
class Shelf:
    """What texts may refer to, from the files that all content shares."""

    audiences: frozenset[str] = frozenset()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    inserts: Mapping[str, LocalInsert] = field(default_factory=dict)
    term_pattern: re.Pattern[str] | None = None


def term_pattern(terms: Mapping[str, Term]) -> re.Pattern[str] | None:
    """Finds the words that are explained, also in the plural; abbreviations only in capitals."""
    if not terms:
        return None
    longest_first = sorted((t.word for t in terms.values()), key=len, reverse=True)
    either = "|".join(
        re.escape(w) if not w[0].islower() else f"(?i:{re.escape(w)})" for w in longest_first
    )
    return re.compile(rf"(?<![\w-])({either})(?:'s|’s|s|en)?(?![\w-])")


class Pen:
    """Writes the texts of one file; reports what a text refers to that does not exist."""

    def __init__(self, shelf: Shelf, sources: Mapping[str, Source], report: Report) -> None:
        self.shelf = shelf
        self.sources = sources
        self.report = report
        self.used_sources: set[str] = set()
        self._page: dict[str, Term] = {}
        self._by_word = {t.word.lower(): t for t in shelf.terms.values()}

    def new_page(self) -> None:
        """Terms are explained once on each page: here a page begins."""
        self._page = {}

    @property
    def page_terms(self) -> tuple[Term, ...]:
        """The terms that the page so far links to."""
        return tuple(self._page.values())

    def blocks(self, nodes: Sequence[Node], explain: bool = False) -> Rich:
        """Blocks as HTML; with `explain`, terms link to their explanation on the page."""
        html = "".join(self._html(node.tokens, explain) for node in nodes)
        plain = "\n".join(
            self._plain(token.children or []) for node in nodes for token in node.inlines()
        )
        return self._rich(html, plain)

    def line_of_text(self, tokens: Sequence[Token], line: int) -> Rich:
        """Text within a line (an answer, a choice): no paragraph around it, no terms."""
        html = _RENDERER.renderInline(list(self._inline(tokens, line, explain=False)), _OPTIONS, {})
        return self._rich(html, self._plain(tokens))

    def _rich(self, html: str, plain: str) -> Rich:
        return Rich(
            self._holes(_CLEANER.clean(html), escaped=True), self._holes(plain.strip(), False)
        )

    def _html(self, tokens: Sequence[Token], explain: bool) -> str:
        written: list[Token] = []
        for token in tokens:
            copy = token
            line = token.map[0] + 1 if token.map else 1
            if token.type in ("fence", "code_block"):
                self.report.add(line, "A034")
            elif token.type == "inline":
                copy = token.copy()
                copy.children = list(self._inline(token.children or [], line, explain))
            elif token.type in ("th_open", "td_open"):
                copy = _aligned(token)
            elif token.type.startswith("container"):
                continue
            written.append(copy)
        return _RENDERER.render(written, _OPTIONS, {})

    def _inline(self, tokens: Sequence[Token], line: int, explain: bool) -> list[Token]:
        written: list[Token] = []
        in_link = False
        for token in tokens:
            if token.type in ("link_open", "link_close"):
                in_link = token.type == "link_open"
                self._check_link(token, line)
                written.append(token)
            elif token.type == "code_inline":
                written.extend(self._source_link(token, line))
            elif token.type == "text":
                self._check_text(token.content, line)
                written.extend(self._terms(token) if explain and not in_link else [token])
            elif token.type == "image":
                name = str(token.attrGet("src"))
                self.report.add(line, "A024", name=name, why="zet haar op een eigen regel")
            else:
                written.append(token)
        return written

    def _check_link(self, token: Token, line: int) -> None:
        target = str(token.attrGet("href") or "")
        if token.type == "link_open" and not target.startswith("https://"):
            self.report.add(line, "A020", target=target)

    def _source_link(self, token: Token, line: int) -> list[Token]:
        source = self.sources.get(token.content)
        if source is None:
            hint = meant(token.content, self.sources)
            self.report.add(line, "A018", name=token.content, hint=hint)
            return []
        self.used_sources.add(source.key)
        return _link(source.url, source.title, "source")

    def _check_text(self, text: str, line: int) -> None:
        found = _HTML.search(text)
        if found:
            self.report.add(line, "A019", found=found.group())
        for fact, name in _HOLE.findall(text):
            if fact and name not in self.shelf.facts:
                self.report.add(line, "A016", name=name, hint=meant(name, self.shelf.facts))
            elif not fact and name not in self.shelf.inserts:
                self.report.add(line, "A015", name=name, hint=meant(name, self.shelf.inserts))
        rest = _HOLE.sub("", text)
        if "{{" in rest or "}}" in rest:
            self.report.add(line, "A017")

    def _terms(self, token: Token) -> list[Token]:
        written: list[Token] = []
        at = 0
        pattern = self.shelf.term_pattern
        for found in pattern.finditer(token.content) if pattern else ():
            term = self._by_word[found.group(1).lower()]
            if term.slug in self._page or _inside_hole(token.content, found.start()):
                continue
            self._page[term.slug] = term
            written.append(_text(token.content[at : found.start()]))
            written.extend(_link(f"#begrip-{term.slug}", found.group(), "term"))
            at = found.end()
        written.append(_text(token.content[at:]))
        return written

    def _plain(self, tokens: Sequence[Token]) -> str:
        return "".join(self._plain_token(token) for token in tokens)

    def _plain_token(self, token: Token) -> str:
        if token.type == "code_inline":
            source = self.sources.get(token.content)
            return source.title if source else token.content
        if token.type.endswith("break"):
            return " "
        return token.content if token.type == "text" else ""

    def _holes(self, text: str, escaped: bool) -> tuple[Part, ...]:
        parts: list[Part] = []
        at = 0
        for found in _HOLE.finditer(text):
            is_fact, name = found.groups()
            filled = self._fact(name, escaped) if is_fact else self.shelf.inserts.get(name)
            if filled is not None:
                parts += [text[at : found.start()], filled]
                at = found.end()
        return _joined([*parts, text[at:]])

    def _fact(self, name: str, escaped: bool) -> str | None:
        fact = self.shelf.facts.get(name)
        return (escape(fact.value) if escaped else fact.value) if fact else None


def _inside_hole(text: str, at: int) -> bool:
    return any(hole.start() < at < hole.end() for hole in _HOLE.finditer(text))


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(target: str, text: str, kind: str) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": target, "class": kind})
    return [opening, _text(text), Token("link_close", "a", -1)]


def _aligned(token: Token) -> Token:
    """A table cell without its `style`: our pages allow none, so the alignment is a class."""
    copy = token.copy()
    style = str(copy.attrs.pop("style", ""))
    if style:
        copy.attrs["class"] = "align-" + style.removeprefix("text-align:")
    if token.type == "th_open":
        copy.attrs["scope"] = "col"
    return copy
