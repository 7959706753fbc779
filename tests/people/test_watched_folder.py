"""Another system lays a file in a folder: it is taken in, refused, or waits for two people."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.people.test_personnel_import import NOW, STAFF, TODAY, text
from tests.people.test_personnel_pages import NEW, confirm
from tests.signing import sign_in
from tests.town import Town
from training.audit.models import Action, AuditEntry
from training.audit.rules import derive_key
from training.db import Database
from training.mail.models import OutboxMessage
from training.people.models import MunicipalitySetting, Person, PersonnelUpload
from training.people.rules import UploadState
from training.people.watch_actions import Taken, take_folder

KEY = derive_key("k" * 40)


@pytest.fixture
def folder(tmp_path: Path, database: Database, town: Town) -> Path:
    """The watched folder with one for Merendijk, who hears about it by mail."""
    (tmp_path / "merendijk").mkdir()
    with database.transaction() as db:
        db.add(
            MunicipalitySetting(
                municipality_id=town.municipality,
                key="import_report_to",
                value={"value": "hr@merendijk.example"},
            )
        )
    return tmp_path


def lay(folder: Path, data: bytes, name: str = "afas.csv", age: int = 120) -> Path:
    path = folder / "merendijk" / name
    path.write_bytes(data)
    at = NOW.timestamp() - age
    os.utime(path, (at, at))
    return path


def take(database: Database, folder: Path, now: dt.datetime = NOW) -> list[Taken]:
    return take_folder(database, KEY, folder, now, TODAY)


def mails(database: Database) -> list[OutboxMessage]:
    with database.reading() as db:
        return list(db.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.subject)))


def names(folder: Path, where: str) -> list[str]:
    return sorted(path.name for path in (folder / "merendijk" / where).glob("*"))


def test_a_file_is_taken_in_and_told_without_a_name(
    database: Database, town: Town, folder: Path
) -> None:
    bad = STAFF[1].replace("1-3-2015", "ooit")
    path = lay(folder, text(STAFF[0].replace("Vries", "Boer"), NEW, bad))
    taken = take(database, folder)
    assert [one.done for one in taken] == [True]
    assert not path.exists() and len(names(folder, "verwerkt")) == 1
    with database.reading() as db:
        anna = db.get_one(Person, (town.municipality, town.persons["anna"]))
        assert anna.family_name == "Boer"
        entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == Action.IMPORTED)).one()
        assert (entry.actor_name, entry.what) == ("Weerbaar", "1 nieuw, 1 anders, 0 weg")
        upload = db.scalars(sa.select(PersonnelUpload)).one()
        assert upload.state is UploadState.APPLIED and upload.journal
    (mail,) = mails(database)
    assert (mail.to_address, mail.subject) == (
        "hr@merendijk.example",
        "Het personeelsbestand van Merendijk is verwerkt",
    )
    assert "Nieuw: 1. Gewijzigd: 1." in mail.text and "regel: 4." in mail.text
    for word in ("Anna", "Boer", "Noor", "1001", "afas"):
        assert word not in mail.text, word


def test_what_was_taken_in_by_itself_is_taken_back_on_the_page(
    client: FlaskClient, database: Database, town: Town, folder: Path
) -> None:
    lay(folder, text(STAFF[0].replace("Vries", "Boer"), STAFF[1]))
    from training import clock

    take_folder(database, KEY, folder, clock.now() + dt.timedelta(minutes=2), clock.today())
    with database.reading() as db:
        upload_id = db.scalars(sa.select(PersonnelUpload.id)).one()
    hanna = sign_in(client, town, "hanna")
    page = hanna.post(f"/personeelsbestand/{upload_id}/terugdraaien", follow_redirects=True).text
    assert "Alles is weer zoals voor het bestand" in page
    with database.reading() as db:
        anna = db.get_one(Person, (town.municipality, town.persons["anna"]))
        assert anna.family_name == "Vries"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7 hello", "kennen we niet"),
        (b"", "leeg"),
        (b"x" * (12 * 1024 * 1024 + 1), "te groot"),
        (text("1;2;3", head="Kolom;Andere kolom;Nog een"), "herkennen we niet"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_moved_and_told(
    database: Database, town: Town, folder: Path, data: bytes, why: str
) -> None:
    lay(folder, data)
    (taken,) = take(database, folder)
    assert not taken.done and why in taken.words
    assert len(names(folder, "geweigerd")) == 1
    (mail,) = mails(database)
    assert "is niet verwerkt" in mail.subject and why in mail.text
    assert take(database, folder) == [], "once is enough"


def test_a_large_change_waits_for_two_people(
    app: Flask, database: Database, town: Town, folder: Path
) -> None:
    lay(folder, text(*(line + "31-10-2026" for line in STAFF)))
    from training import clock

    now = clock.now() + dt.timedelta(minutes=2)
    (taken,) = take_folder(database, KEY, folder, now, clock.today())
    assert not taken.done and "kunnen twee mensen" in taken.words
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Person.left_on.is_not(None))) == 0
        upload_id = db.scalars(sa.select(PersonnelUpload.id)).one()
    address = f"/personeelsbestand/{upload_id}"
    assert "Nu moet een collega" in confirm(sign_in(app.test_client(), town, "hanna"), address)
    assert "is verwerkt" in confirm(sign_in(app.test_client(), town, "bas"), address)


def test_what_is_not_ready_or_not_ours_is_left_alone(
    database: Database, town: Town, folder: Path, tmp_path: Path
) -> None:
    growing = lay(folder, text(NEW), age=10)
    hidden = lay(folder, text(NEW), name=".afas.csv.part")
    (folder / "elders").mkdir()
    elsewhere = folder / "elders" / "x.csv"
    elsewhere.write_bytes(text(NEW))
    secret = tmp_path / "secret.csv"
    secret.write_bytes(text(NEW))
    link = folder / "merendijk" / "link.csv"
    link.symlink_to(secret)
    assert take(database, folder) == []
    assert growing.exists() and hidden.exists() and elsewhere.exists() and link.is_symlink()


def test_the_oldest_file_goes_first_and_moved_files_are_gone_after_a_day(
    database: Database, town: Town, folder: Path
) -> None:
    lay(folder, text(STAFF[0].replace("Vries", "Nieuw"), STAFF[1]), name="a.csv", age=100)
    lay(folder, text(STAFF[0].replace("Vries", "Oud"), STAFF[1]), name="b.csv", age=900)
    assert [one.file_name for one in take(database, folder)] == ["b.csv", "a.csv"]
    with database.reading() as db:
        anna = db.get_one(Person, (town.municipality, town.persons["anna"]))
        assert anna.family_name == "Nieuw"
    take(database, folder, NOW + dt.timedelta(hours=23))
    assert len(names(folder, "verwerkt")) == 2
    take(database, folder, NOW + dt.timedelta(hours=25))
    assert names(folder, "verwerkt") == []
