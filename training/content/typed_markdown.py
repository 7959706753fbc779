"""Turns Markdown that somebody typed on a page into HTML that is safe in a page and in a mail."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark", {"html": False}).disable("image")
_CLEANER = nh3.Cleaner(
    tags={"p", "em", "strong", "ul", "ol", "li", "a", "br", "h2", "h3", "blockquote"},
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"https"},
    link_rel="noopener noreferrer",
)


def typed_html(text: str) -> str:
    """The HTML of this text: paragraphs, lists, emphasis, links to https, two levels of heading
    (below the title). HTML, pictures and scripts in it are shown as the text that they are."""
    tokens = _READER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2" if token.tag in ("h1", "h2") else "h3"
        elif token.type == "fence" or token.type == "code_block":
            token.type, token.tag, token.content = "text", "", token.content
    return _CLEANER.clean(_READER.renderer.render(tokens, _READER.options, {})).strip()
