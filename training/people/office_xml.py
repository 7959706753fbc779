"""Streams the first sheet of an XLSX or ODS file, with a bound on what it may unpack.

The XML is parsed piece by piece; an entity or document type is refused, so nothing can grow. The
general readers keep whole sheets or styles in memory and cannot stop half-way.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

LARGEST_PART = 64 * 1024 * 1024  # bytes of XML
LARGEST_RATIO = 150  # unpacked to packed, above the first megabyte
MOST_ELEMENTS = 1_500_000
LARGEST_TOKEN = 1024 * 1024  # bytes without any element or text ending
MOST_STRINGS = 250_000
MOST_TEXT = 8 * 1024 * 1024  # characters of shared strings
LONGEST_CELL = 1_000  # characters; the rest of a longer text is left out
MOST_COLUMNS = 200
PIECE = 64 * 1024

Row = tuple[int, list[str]]


class FileRefused(Exception):
    """A file that is not read; the message (Dutch) says why and what to do."""


UNPACKS_TOO_LARGE = (
    "Dit bestand wordt bij het uitpakken te groot. Laat alleen het blad met medewerkers staan, "
    "haal lege opmaak weg en bewaar het opnieuw."
)
TOO_MANY_COLUMNS = (
    f"Dit bestand heeft meer dan {MOST_COLUMNS} kolommen. "
    "Laat alleen de kolommen staan die nodig zijn."
)
STRANGE = "In dit bestand staan onderdelen die we niet lezen. Bewaar het als CSV en kies dat."


class Listener:
    """Hears the elements of a part; what it finishes stands in `ready` until it is fetched."""

    def __init__(self) -> None:
        self.ready: list[Row] = []
        self.text: list[str] | None = None
        self.length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; names come without their namespace."""

    def end(self, name: str) -> None:
        """An element ends."""

    def characters(self, data: str) -> None:
        """Text, as long as somebody listens to it."""
        if self.text is not None and self.length < LONGEST_CELL:
            self.text.append(data[: LONGEST_CELL - self.length])
            self.length += len(data)

    def listen(self) -> None:
        """Collects text from here."""
        self.text, self.length = [], 0

    def heard(self) -> str:
        """The text collected."""
        text, self.text = "".join(self.text or ()), None
        return text


def _refuse_document_type(*_arguments: object) -> None:
    raise FileRefused(STRANGE)


def parsed(parts: zipfile.ZipFile, name: str, listener: Listener) -> Iterator[Row]:
    """Feeds a part to `listener` piece by piece, and gives the rows as they get ready."""
    info = parts.getinfo(name)
    if info.file_size > LARGEST_PART or (
        info.file_size > 1024 * 1024 and info.file_size > LARGEST_RATIO * max(info.compress_size, 1)
    ):
        raise FileRefused(UNPACKS_TOO_LARGE)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    elements = quiet = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, quiet
        elements += 1
        quiet = 0
        listener.start(name.rpartition(":")[2], attributes)

    def ended(name: str) -> None:
        nonlocal quiet
        quiet = 0
        listener.end(name.rpartition(":")[2])

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = listener.characters
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.EntityDeclHandler = _refuse_document_type
    with parts.open(info) as stream:
        while piece := stream.read(PIECE):
            quiet += len(piece)
            parser.Parse(piece)
            if quiet > LARGEST_TOKEN or elements > MOST_ELEMENTS:
                raise FileRefused(UNPACKS_TOO_LARGE)
            yield from listener.ready
            listener.ready.clear()
        parser.Parse(b"", True)
    yield from listener.ready


def finished(parts: zipfile.ZipFile, name: str, listener: Listener) -> None:
    """Feeds a whole part to a listener that makes no rows."""
    for _ in parsed(parts, name, listener):
        pass


class _Workbook(Listener):
    """Finds the relation of the first sheet, and from which year dates count."""

    def __init__(self) -> None:
        super().__init__()
        self.relation = ""
        self.counts_from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in {"1", "true"}
        hidden = attributes.get("state", "visible") != "visible"
        if name == "sheet" and not self.relation and not hidden:
            self.relation = next(
                (value for key, value in attributes.items() if key.endswith(":id")), ""
            )


class _Relations(Listener):
    """Finds in which part each relation is."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _SharedStrings(Listener):
    """Collects the texts that cells point to; phonetic hints (`rPh`) are no part of them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.total = 0
        self.hint = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.parts: list[str] = []
        elif name == "rPh":
            self.hint = True
        elif name == "t" and not self.hint:
            self.listen()

    def end(self, name: str) -> None:
        if name == "t" and self.text is not None:
            self.parts.append(self.heard())
        elif name == "rPh":
            self.hint = False
        elif name == "si":
            text = "".join(self.parts)
            self.found.append(text)
            self.total += len(text)
            if len(self.found) > MOST_STRINGS or self.total > MOST_TEXT:
                raise FileRefused(UNPACKS_TOO_LARGE)


COLUMN = re.compile(r"([A-Z]{1,3})(\d+)")


def column_of(reference: str) -> int:
    """The place of a column from a cell's reference: B7 is 1."""
    match = COLUMN.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1


class _Sheet(Listener):
    """Makes rows of an XLSX sheet. A formula is taken by the value that was kept with it."""

    def __init__(self, strings: list[str], counts_from_1904: bool) -> None:
        super().__init__()
        self.strings = strings
        self.counts_from_1904 = counts_from_1904
        self.number = 0
        self.cells: list[str] = []
        self.kind = ""
        self.column = 0
        self.inline: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.cells = []
        elif name == "c":
            reference = attributes.get("r")
            self.column = column_of(reference) if reference else len(self.cells)
            self.kind = attributes.get("t", "n")
            self.inline = []
        elif name in {"v", "t"}:
            self.listen()

    def end(self, name: str) -> None:
        if name == "t":
            self.inline.append(self.heard())
        elif name == "v":
            self._put(self._value(self.heard()))
        elif name == "is":
            self._put("".join(self.inline))
        elif name == "row" and any(self.cells):
            self.ready.append((self.number, self.cells))

    def _put(self, text: str) -> None:
        if text and self.column >= MOST_COLUMNS:
            raise FileRefused(TOO_MANY_COLUMNS)
        if text:
            self.cells.extend([""] * (self.column - len(self.cells)))
            self.cells[self.column :] = [text]

    def _value(self, text: str) -> str:
        if self.kind == "s":
            return self.strings[int(text)]
        if self.kind == "b":
            return "ja" if text == "1" else "nee"
        if self.kind == "n":
            return plain_number(text, 1462 if self.counts_from_1904 else 0)
        return text


def plain_number(text: str, shift: int = 0) -> str:
    """A number as one types it: 1001.0 and 1.001E3 are 1001. `shift` days are added to what can be
    a date (in a workbook that counts from 1904)."""
    try:
        number = float(text)
    except ValueError:
        return text
    if number != number or abs(number) > 1e15:
        return text
    if shift and 10_000 < number < 80_000:
        number += shift
    return str(int(number)) if number == int(number) else text


def xlsx_rows(parts: zipfile.ZipFile) -> Iterator[Row]:
    """The rows of the first visible sheet of an Excel file."""
    book, relations, strings = _Workbook(), _Relations(), _SharedStrings()
    finished(parts, "xl/workbook.xml", book)
    finished(parts, "xl/_rels/workbook.xml.rels", relations)
    target = relations.targets[book.relation].removeprefix("/")
    sheet = target if target.startswith("xl/") else f"xl/{target}"
    if "xl/sharedStrings.xml" in parts.namelist():
        finished(parts, "xl/sharedStrings.xml", strings)
    yield from parsed(parts, sheet, _Sheet(strings.found, book.counts_from_1904))


class _Table(Listener):
    """Makes rows of the first table of an ODS file. Empty cells and rows that say they stand there
    a million times cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.tables = 0
        self.cells: list[str] = []
        self.empty = 0
        self.repeated = 1
        self.rows_repeated = 1
        self.value = ""
        self.paragraphs: list[str] = []
        self.note = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self.tables += 1
        if self.tables != 1:
            return
        if name == "table-row":
            self.cells, self.empty = [], 0
            self.rows_repeated = int(attributes.get("table:number-rows-repeated", 1))
        elif name in {"table-cell", "covered-table-cell"}:
            self.repeated = int(attributes.get("table:number-columns-repeated", 1))
            self.value = attributes.get("office:date-value", "")
            if attributes.get("office:value-type") == "float":
                self.value = plain_number(attributes.get("office:value", ""))
            self.paragraphs = []
        elif name == "annotation":
            self.note += 1
        elif name == "p" and not self.note:
            self.listen()
        elif name == "s" and self.text is not None:
            self.characters(" ")

    def end(self, name: str) -> None:
        if self.tables != 1:
            return
        if name == "p" and self.text is not None:
            self.paragraphs.append(self.heard())
        elif name == "annotation":
            self.note -= 1
        elif name in {"table-cell", "covered-table-cell"}:
            self._put(self.value or " ".join(self.paragraphs))
        elif name == "table-row":
            self.number += self.rows_repeated
            if any(self.cells):
                self.ready.append((self.number - self.rows_repeated + 1, self.cells))

    def _put(self, text: str) -> None:
        if not text:
            self.empty += self.repeated
            return
        if self.empty + self.repeated + len(self.cells) > MOST_COLUMNS:
            raise FileRefused(TOO_MANY_COLUMNS)
        self.cells.extend([""] * self.empty)
        self.cells.extend([text] * self.repeated)
        self.empty = 0


def ods_rows(parts: zipfile.ZipFile) -> Iterator[Row]:
    """The rows of the first sheet of an OpenDocument file."""
    yield from parsed(parts, "content.xml", _Table())
