"""How a content file falls apart: front matter, headings and blocks, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from training.content.front_matter import Located, UnreadableError, read_yaml
from training.content.rules import Report

FENCE = "container_blok"
_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .use(front_matter_plugin)
    .use(container_plugin, "blok", validate=lambda params, markup: True)
)
_HEADING_ID = re.compile(r"\{#[^}]*\}\s*$")
_TASK = re.compile(r"\[([ xX])\]\s+")


@dataclass(slots=True)
class Node:
    """A block of the file. `line` counts from 1; `tokens` are all of it, opening to closing."""

    type: str
    line: int
    end: int
    level: str
    info: str
    tokens: Sequence[Token]
    children: list[Node] = field(default_factory=list)

    @property
    def inline(self) -> list[Token]:
        """The inline tokens of a paragraph or heading."""
        return next((t.children or [] for t in self.tokens if t.type == "inline"), [])

    @property
    def text(self) -> str:
        """The plain words of a paragraph or heading."""
        return words(self.inline)

    def inlines(self) -> Iterator[Token]:
        """Every stretch of running text in the block."""
        return (token for token in self.tokens if token.type == "inline")


@dataclass(slots=True)
class Heading:
    depth: int
    title: str
    slug: str
    line: int


@dataclass(slots=True)
class Part:
    """A heading and the blocks below it, up to the next heading in `Document.parts`."""

    heading: Heading
    node: Node
    blocks: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A file that could be read; `lines` are its raw lines."""

    path: str
    lines: list[str]
    front: Located
    nodes: list[Node]

    @property
    def headings(self) -> list[Heading]:
        return [heading_of(node) for node in self.nodes if node.type == "heading"]

    @property
    def parts(self) -> list[Part]:
        """The file cut at its headings; the first part is the title with the introduction."""
        parts: list[Part] = []
        for node in self.nodes:
            if node.type == "heading":
                parts.append(Part(heading_of(node), node))
            elif parts:
                parts[-1].blocks.append(node)
        return parts


def read_document(path: str, text: str, report: Report) -> Document | None:
    """The file in parts, or None with the reason reported."""
    tokens = _PARSER.parse(text)
    if not tokens or tokens[0].type != "front_matter":
        report.add(1, "A002")
        return None
    try:
        front = read_yaml(tokens[0].content, first_line=2)
    except UnreadableError as error:
        report.add(error.line, "A003", why=error)
        return None
    return Document(path, text.split("\n"), front, build(tokens[1:]))


def build(tokens: Sequence[Token]) -> list[Node]:
    """The blocks that the tokens make up, nested as in the file."""
    nodes: list[Node] = []
    at = 0
    while at < len(tokens):
        end = _closing(tokens, at)
        token = tokens[at]
        if token.type != "inline":
            lines = token.map or [0, 0]
            inside = tokens[at + 1 : end]
            children = build(inside) if end > at and token.type not in _LEAVES else []
            kind = token.type.removesuffix("_open")
            nodes.append(
                Node(
                    kind,
                    lines[0] + 1,
                    lines[1],
                    token.tag,
                    token.info,
                    tokens[at : end + 1],
                    children,
                )
            )
        at = end + 1
    return nodes


_LEAVES = {"paragraph_open", "heading_open", "table_open"}


def _closing(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    for end in range(at, len(tokens)):
        depth += tokens[end].nesting
        if depth == 0:
            return end
    return len(tokens) - 1


def heading_of(node: Node) -> Heading:
    """The heading with the address that a git host gives it."""
    title = node.text.strip()
    return Heading(int(node.level[1]), title, slug(title), node.line)


def slug(title: str) -> str:
    """GitHub's rule: lower case, punctuation dropped, spaces to hyphens, accents kept."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def words(tokens: Sequence[Token]) -> str:
    """The text of inline tokens, without markup."""
    return "".join(
        t.content if t.type in ("text", "code_inline") else " " if t.type.endswith("break") else ""
        for t in tokens
    )


def paragraph(tokens: Sequence[Token], line: int) -> Node:
    """A paragraph of its own, made of a stretch of running text."""
    place = [line - 1, line]
    inline = Token("inline", "", 0, children=list(tokens), map=place)
    opening, closing = Token("paragraph_open", "p", 1, map=place), Token("paragraph_close", "p", -1)
    return Node("paragraph", line, line, "p", "", [opening, inline, closing])


def image_of(node: Node) -> Token | None:
    """The image, when it is all that the paragraph holds."""
    filled = [t for t in node.inline if t.type != "text" or t.content.strip()]
    alone = node.type == "paragraph" and len(filled) == 1 and filled[0].type == "image"
    return filled[0] if alone else None


def task_mark(tokens: Sequence[Token]) -> str | None:
    """'x' or ' ' when the text begins with a task mark."""
    found = _TASK.match(tokens[0].content) if tokens and tokens[0].type == "text" else None
    return found.group(1).lower() if found else None


def without_task_mark(tokens: Sequence[Token]) -> list[Token]:
    """The same text without its task mark."""
    first = tokens[0].copy()
    first.content = _TASK.sub("", first.content, count=1)
    return [first, *tokens[1:]]


def check_headings(document: Document, title: str | None, report: Report) -> None:
    """One title, equal to `title` if given; no heading twice; none deeper than three."""
    headings = document.headings
    titles = [h for h in headings if h.depth == 1]
    if len(titles) != 1:
        report.add(titles[1].line if titles else 1, "A009", count=len(titles))
    elif title is not None and titles[0].title != title:
        report.add(titles[0].line, "A010", heading=titles[0].title, title=title)
    seen: dict[str, int] = {}
    for heading in headings:
        if _HEADING_ID.search(heading.title):
            report.add(heading.line, "A013")
        elif heading.depth > 3:
            report.add(
                heading.line, "A012", level="#" * heading.depth, allowed="Gebruik #, ## en ###."
            )
        elif heading.slug in seen:
            report.add(heading.line, "A011", title=heading.title, first=seen[heading.slug])
        seen.setdefault(heading.slug, heading.line)
