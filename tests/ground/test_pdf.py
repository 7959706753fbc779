"""A PDF, read back: tagged, with language and title, and marked as PDF/UA-1."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from pathlib import Path

import pytest

from training.pdf import PRINTABLE, PdfError, pdf_of

MADE = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
TEMPLATE = """
= Overzicht
#data.text
#for name in data.names [- #name ]
#table(columns: 2, table.header([Team], [Aantal]), [Balie], [#data.count])
#if "picture" in data { image(bytes(data.picture), format: "svg", alt: "Een driehoek") }
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h5v5z"/></svg>'
DATA = {"text": "Geen #code *hier*", "names": ["Šárka Łoś", "Jörg"], "count": 12}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "overview.typ"
    path.write_text(TEMPLATE, "utf-8")
    return path


def unpacked(pdf: bytes) -> str:
    """The whole file with its streams unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    texts = [pdf]
    for stream in streams:
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(texts).decode("latin-1")


def test_it_is_tagged_titled_and_in_dutch(template: Path) -> None:
    pdf = pdf_of(template, {**DATA, "picture": SVG}, title="Stand van Zutveld", made_at=MADE)
    text = unpacked(pdf)
    assert pdf.startswith(b"%PDF-1.7")
    assert "/MarkInfo<</Marked true" in text
    assert "/StructTreeRoot" in text
    assert "/Lang(nl)" in text
    assert "/DisplayDocTitle true" in text
    assert "<pdfuaid:part>1</pdfuaid:part>" in text
    assert '<rdf:li xml:lang="x-default">Stand van Zutveld</rdf:li>' in text
    assert "/S/TH" in text
    assert "/S/Figure" in text
    assert "(Een driehoek)" in text
    assert "NotoSans" in text
    [box] = set(re.findall(r"/MediaBox\[([\d. ]+)\]", text))
    assert [round(float(part)) for part in box.split()] == [0, 0, 595, 842]  # A4


def test_the_same_data_give_the_same_bytes(template: Path) -> None:
    assert pdf_of(template, DATA, title="x", made_at=MADE) == pdf_of(
        template, DATA, title="x", made_at=MADE
    )


def test_every_printable_letter_has_a_shape(template: Path) -> None:
    letters = [letter for letter in map(chr, range(0xFFFF)) if PRINTABLE.match(letter)]
    pdf_of(template, {**DATA, "names": letters}, title="x", made_at=MADE)


def test_a_letter_without_a_shape_does_not_stop_the_document(template: Path) -> None:
    strange = {**DATA, "text": "李 😀 \x00 e\u0301 a\u2011b"}
    same = {**DATA, "text": "? ? ? é a-b"}
    assert pdf_of(template, strange, title="x", made_at=MADE) == pdf_of(
        template, same, title="x", made_at=MADE
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('#image(bytes(data.picture), format: "svg")', "alt"),
        ("#unknown()", "unknown variable"),
        ('#read("/etc/passwd")', "file not found"),
        ('#read("../../etc/passwd")', "escape"),
        ('#text(font: "Comic")[a]', "unknown font"),
    ],
)
def test_what_typst_refuses_is_said(tmp_path: Path, source: str, why: str) -> None:
    path = tmp_path / "wrong.typ"
    path.write_text(source, "utf-8")
    with pytest.raises(PdfError, match=why) as found:
        pdf_of(path, {"picture": SVG}, title="x", made_at=MADE)
    assert "wrong.typ" in str(found.value)


def test_a_document_needs_a_title(template: Path) -> None:
    with pytest.raises(PdfError):
        pdf_of(template, DATA, title="", made_at=MADE)
