"""No file of any kind takes more than 50 MB of extra memory or two seconds of work to refuse, or to
read: each is measured in a process of its own."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from training.people.spreadsheets import LARGEST_FILE

ROOT = Path(__file__).parents[2]
MOST_MEMORY = 50 * 1024  # kilobytes
MOST_SECONDS = 2.0  # of processor time, so that a busy machine is no reason to fail

# The peak of ru_maxrss is inherited from the process that starts another one: so the peak of this
# process alone is asked for, after setting it to what is in use.
PEAK = """
import json, sys, time
from pathlib import Path
from training.people.personnel_file import FileRefused, read

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])

def measured(work):
    Path("/proc/self/clear_refs").write_text("5")
    before, began = peak(), time.process_time()
    outcome = work()
    took = time.process_time() - began
    print(json.dumps([outcome, took, peak() - before]))
"""
READ = """
data = open(sys.argv[1], "rb").read()

def work():
    try:
        return str(len(read(data).rows))
    except FileRefused as refused:
        return "refused: " + str(refused)

measured(work)
"""
TAKE_MUCH = """
measured(lambda: str(len(bytearray(b"x" * 80_000_000))))
"""

BOOK = b'<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
RELATIONS = b'<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
HEAD = (
    b'<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>Personeelsnummer</t></is></c>'
    b'<c t="inlineStr"><is><t>Achternaam</t></is></c></row>'
)


def xlsx(sheet: bytes, strings: bytes = b"", **more: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        parts.writestr("xl/workbook.xml", BOOK)
        parts.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        parts.writestr("xl/worksheets/sheet1.xml", sheet)
        if strings:
            parts.writestr("xl/sharedStrings.xml", strings)
        for name, data in more.items():
            parts.writestr(name, data)
    return kept.getvalue()


def ods(content: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        parts.writestr("content.xml", content)
    return kept.getvalue()


def noise(count: int) -> bytes:
    """Letters that a zip file cannot make small."""
    return random.Random(7).randbytes(count).hex().encode()


def many_parts() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as parts:
        for number in range(60_000):
            parts.writestr(f"{number}", b"")
    return kept.getvalue()


def lying_about_its_size() -> bytes:
    """A part that says it is small, and unpacks to a hundred megabytes."""
    data = bytearray(xlsx(HEAD + b" " * (100 * 1024 * 1024)))
    real = (100 * 1024 * 1024 + len(HEAD)).to_bytes(4, "little")
    return bytes(data).replace(real, (1000).to_bytes(4, "little"))


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.replace("&a0;", "&a;").encode()
        for n in range(1, 12)
    )
    + b"]>"
)
ROW = b'<row><c><v>1</v></c><c t="inlineStr"><is><t>x</t></is></c></row>'

HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb of one part": lambda: xlsx(HEAD + b" " * (300 * 1024 * 1024)),
    "zip bomb below the ratio, above the size": lambda: xlsx(HEAD + noise(5 * 1024 * 1024) * 1),
    "zip that lies about its size": lying_about_its_size,
    "sixty thousand parts": many_parts,
    "huge shared strings": lambda: xlsx(
        HEAD, b"<sst>" + b"<si><t>" + noise(4 * 1024 * 1024) + b"</t></si></sst>"
    ),
    "a million shared strings": lambda: xlsx(HEAD, b"<sst>" + b"<si><t>ab</t></si>" * 1_000_000),
    "many cells": lambda: xlsx(HEAD + ROW * 600_000),
    "very many columns": lambda: xlsx(HEAD + b"<row>" + b"<c><v>1</v></c>" * 200_000 + b"</row>"),
    "a cell in the last column": lambda: xlsx(HEAD + b'<row><c r="XFD2"><v>1</v></c></row>'),
    "one element that never ends": lambda: xlsx(HEAD + b"<row " + noise(4 * 1024 * 1024)),
    "deeply nested": lambda: xlsx(HEAD + b"<a>" * 2_000_000),
    "entities that laugh": lambda: xlsx(LAUGHS + b"<worksheet>&a11;</worksheet>"),
    "entities in the shared strings": lambda: xlsx(HEAD, LAUGHS + b"<sst>&a11;</sst>"),
    "an entity from elsewhere": lambda: xlsx(
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
    ),
    "ods with repeated columns": lambda: ods(
        b"<d><table><table-row><table-cell table:number-columns-repeated='900000000'>"
        b"<p>x</p></table-cell></table-row></table></d>"
    ),
    "ods with laughing entities": lambda: ods(LAUGHS + b"<d>&a11;</d>"),
    "ods zip bomb": lambda: ods(b"<d>" + b" " * (300 * 1024 * 1024)),
    "csv of one line": lambda: b"a;b;c;" * (LARGEST_FILE // 6),
    "csv of separators": lambda: b"Personeelsnummer;Achternaam;x\n" + b";" * 200_000 + b"\n",
    "csv of empty lines": lambda: b"Personeelsnummer;Achternaam;x\n" + b"\n" * (LARGEST_FILE - 99),
    "csv of many rows": lambda: b"Personeelsnummer;Achternaam;x\n" + b"1;a;b\n" * 1_900_000,
    "csv with an open quote": lambda: b'Personeelsnummer;Achternaam\n1;"' + b"x\n" * 5_000_000,
    "csv of NULs": lambda: b"Personeelsnummer;Achternaam\n" + b"\0" * (LARGEST_FILE - 99),
    "csv of quotes": lambda: b"Personeelsnummer;Achternaam\n" + b'"' * (LARGEST_FILE - 99),
    "too large": lambda: b"x" * (LARGEST_FILE + 1),
    "old Excel": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise(5 * 1024 * 1024),
    "pdf": lambda: b"%PDF-1.7\n" + noise(5 * 1024 * 1024),
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + noise(5 * 1024 * 1024),
    "program": lambda: b"\x7fELF" + bytes(range(256)) * 40_000,
    "truncated xlsx": lambda: xlsx(HEAD + ROW * 1000)[:-600],
    "truncated zip directory": lambda: xlsx(HEAD + ROW * 1000)[:2000],
    "script": lambda: b"<script>alert(1)</script>\n" * 400_000,
    "utf-16 without end": lambda: b"\xff\xfe" + b"a" * 5_000_001,
}


def random_numbers() -> random.Random:
    return random.Random(11)


def just_too_many_cells() -> bytes:
    """Numbers that a zip file cannot make small, in rows of a hundred: past every ratio."""
    chance, rows = random_numbers(), []
    for _ in range(6_100):
        cells = b"".join(b"<c><v>%d</v></c>" % chance.randrange(10**9) for _ in range(100))
        rows.append(b"<row>" + cells + b"</row>")
    return xlsx(HEAD + b"".join(rows))


def just_too_many_strings() -> bytes:
    chance = random_numbers()
    texts = (b"<si><t>%030d</t></si>" % chance.randrange(10**30) for _ in range(270_000))
    return xlsx(HEAD, b"<sst>" + b"".join(texts) + b"</sst>")


def just_too_many_ods_cells() -> bytes:
    chance, rows = random_numbers(), []
    for _ in range(6_100):
        cells = b"".join(
            b"<table-cell><p>%d</p></table-cell>" % chance.randrange(10**9) for _ in range(100)
        )
        rows.append(b"<table-row>" + cells + b"</table-row>")
    return ods(b"<d><table>" + b"".join(rows) + b"</table></d>")


def just_too_many_csv_cells() -> bytes:
    chance = random_numbers()
    head = b"Personeelsnummer;Achternaam;Voornaam" + b";x" * 27 + b"\n"
    return head + b"".join(
        b";".join(b"%d" % chance.randrange(10**4) for _ in range(30)) + b"\n" for _ in range(21_000)
    )


HOSTILE |= {
    "cells just above the limit": just_too_many_cells,
    "strings just above the limit": just_too_many_strings,
    "ods cells just above the limit": just_too_many_ods_cells,
    "csv cells just above the limit": just_too_many_csv_cells,
    "csv of almost a million rows": lambda: b"Personeelsnummer;Achternaam\n" + b"1;a\n" * 999_990,
}
READ_ALL_THE_SAME = {"csv of separators"}  # what is no harm may also be read


def measured(path: Path, script: str = READ) -> tuple[str, float, int]:
    done = subprocess.run(
        [sys.executable, "-c", PEAK + script, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outcome, took, grew = json.loads(done.stdout)
    return str(outcome), float(took), int(grew)


@pytest.mark.heavy
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_before_it_hurts(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(HOSTILE[kind]())
    outcome, took, grew = measured(path)
    told = f"{kind}: {outcome[:90]}, {took:.2f} s, {grew / 1024:.1f} MB"
    print(told)
    assert took < MOST_SECONDS and grew < MOST_MEMORY, told
    if kind not in READ_ALL_THE_SAME:
        assert outcome.startswith("refused: ") and outcome.endswith("."), told


def test_the_measure_sees_what_is_taken(tmp_path: Path) -> None:
    assert measured(tmp_path, TAKE_MUCH)[2] > 70 * 1024


@pytest.mark.parametrize(
    "kind", ["entities that laugh", "truncated xlsx", "very many columns", "pdf", "old Excel"]
)
def test_what_is_small_and_hostile_is_refused_in_every_run(kind: str, tmp_path: Path) -> None:
    test_a_hostile_file_is_refused_before_it_hurts(kind, tmp_path)
