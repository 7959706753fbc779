"""Makes an accessible PDF (PDF/UA-1, A4) from a typst template and its data."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import typst

FONT_DIR = Path(__file__).parents[1] / "static" / "vendor"
UNKNOWN = "?"  # stands for a letter that no font has; PDF/UA allows no letter without a shape
PRINTABLE = re.compile(
    "[\t\n\x20-\x7e\xa0-\u0130\u0132-\u0151\u0152-\u017f\u0218-\u021b\u1e9e"
    "\u2013\u2014\u2018-\u201a\u201c-\u201e\u2022\u2026\u20ac\u2212]"
)
HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-"})
HEAD = """\
#let data = json(bytes(sys.inputs.data))
#set document(title: sys.inputs.title)
#set page(paper: "a4", margin: (x: 2.5cm, y: 2.5cm))
#set text(lang: sys.inputs.language, size: 11pt, font: ("Noto Sans", "Noto Sans Ext"))
#set list(marker: ([•], [–]))
"""


class PdfError(Exception):
    """Typst refused: the template is wrong, or the PDF would not be accessible (no title, a picture
    without `alt`, headings that skip a level). The message says what and where."""


def pdf_of(
    template: Path,
    data: Mapping[str, object],
    *,
    title: str,
    made_at: dt.datetime,
    language: str = "nl",
) -> bytes:
    """The PDF of a template (`training/<room>/templates/<name>.typ`).

    The template finds `data` as a typst dictionary of the same (JSON) values; texts in it are
    text, never typst code. Title, language, A4, margins and fonts are set; a template may set
    them otherwise, and shows the title itself. A picture comes in the data, as SVG text:
    `image(bytes(data.qr), format: "svg", alt: "…")`; the template reads no file. The same template,
    data, title and `made_at` (aware) give the same bytes. Raises `PdfError`.
    """
    inputs = {
        "data": json.dumps(_printable(data), ensure_ascii=False),
        "title": str(_printable(title)),
        "language": language,
    }
    source = HEAD + template.read_text("utf-8")
    with tempfile.TemporaryDirectory() as empty:  # the only folder that typst may read
        compiler = typst.Compiler(
            root=empty,
            font_paths=_fonts(),
            package_path=empty,
            package_cache_path=empty,
            sys_inputs=inputs,
        )
        try:
            made, warnings = compiler.compile_with_warnings(
                input=source.encode(),
                format="pdf",
                pdf_standards="ua-1",
                timestamp=int(made_at.timestamp()),
            )
        except typst.TypstError as problem:
            raise PdfError(f"{template.name}: {problem.diagnostic or problem.message}") from problem
    if warnings:
        raise PdfError(f"{template.name}: {warnings[0].message}")
    assert isinstance(made, bytes)
    return made


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_DIR]
    )


def _printable(value: object) -> object:
    """The same data, with only letters that our fonts have."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).translate(HYPHENS)
        return "".join(letter if PRINTABLE.match(letter) else UNKNOWN for letter in text)
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
