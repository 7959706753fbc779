"""A dilemma choice per person does not exist: forty people play, and an attacker who has the
database, the files and the logs finds no way from a person to a choice. The same attack finds all
forty in a deliberately leaky variant, or it would prove nothing."""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.dilemmas.test_playing import take
from tests.town import Town
from training.ballots.actions import count_ballots
from training.ballots.box import Ballot, Box
from training.ballots.models import Snapshot, Tally
from training.content import play
from training.content.classes import ContentKind, Dilemma, Library
from training.db import Base, Database
from training.evidence.actions import record
from training.evidence.models import Evidence
from training.identity import gate
from training.identity.models import Account
from training.identity.rules import AccountState
from training.people.models import Person, Position
from training.people.rules import PositionKind
from training.settings import Settings

SLUG = "het-bouwplan-van-je-broer"
PLAYERS = 40


@dataclass
class Player:
    """Somebody of whom the attacker knows the ids, and we know the truth."""

    person_id: uuid.UUID
    account_id: uuid.UUID
    choices: tuple[int, ...] = ()


@dataclass
class Loot:
    """All that an attacker may get hold of."""

    rows: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    logs: str = ""


def make_players(database: Database, town: Town) -> list[Player]:
    players = []
    with database.transaction() as db:
        for number in range(PLAYERS):
            person = Person(
                municipality_id=town.municipality,
                id=uuid.uuid4(),
                given_name="Raadslid",
                family_name=str(number),
                infix="",
                joined_on=dt.date(2026, 3, 26),
            )
            account = Account(
                id=uuid.uuid4(),
                municipality_id=town.municipality,
                person_id=person.id,
                email=f"raadslid{number}@merendijk.example",
                state=AccountState.ACTIVE,
                epoch=0,
                made_at=dt.datetime(2026, 3, 26, tzinfo=dt.UTC),
            )
            db.add(person)
            db.flush()
            db.add(account)
            db.add(
                Position(
                    municipality_id=town.municipality,
                    person_id=person.id,
                    unit_id=town.units["raad"],
                    kind=PositionKind.COUNCILLOR,
                    from_on=person.joined_on,
                    recorded_on=person.joined_on,
                )
            )
            players.append(Player(person.id, account.id))
    return players


def random_run(dilemma: Dilemma, luck: random.Random) -> tuple[int, ...]:
    state, taken = play.start_state(dilemma), []
    while not dilemma.scenes[state.scene].is_ending:
        choice = luck.choice(play.available(dilemma, state))
        taken.append(choice.index)
        state = play.step(dilemma, state, choice)
    return tuple(taken)


def steal(database: Database, folders: list[Path], logs: str) -> Loot:
    """A dump of every table (with the hidden columns of the engine) and of every file."""
    loot = Loot(logs=logs)
    hidden = ("xmin", "ctid") if database.engine.dialect.name == "postgresql" else ("rowid",)
    with database.engine.connect() as connection:
        names = [
            *Base.metadata.tables,
            *(["leaky_choice"] if sa.inspect(connection).has_table("leaky_choice") else []),
        ]
        for name in names:
            extra = "".join(f", {column}::text AS {column}" for column in hidden)
            if hidden == ("rowid",):
                extra = ", rowid AS rowid"
            query = f'SELECT *{extra} FROM "{name}"'
            for row in connection.exec_driver_sql(query).mappings():
                loot.rows.append((name, dict(row)))
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "sqlite3" not in path.name:
                loot.files[str(path)] = path.read_text(errors="replace")
    return loot


def attack(loot: Loot, players: list[Player], scene: str) -> int:
    """How many players' choice in `scene` the loot gives away: by a shared id, by a shared
    transaction, by the order of rows or lines, or by a log line."""
    found: dict[uuid.UUID, int] = {}
    proof = {str(_id(row["person_id"])): row for name, row in loot.rows if name == "evidence"}
    single = [
        (row, choice)
        for _name, row in loot.rows
        for choice in [_single_choice(row, scene)]
        if choice is not None
    ]
    for player in players:
        mine = {str(player.person_id), str(player.account_id), player.person_id.hex}
        own_proof = proof.get(str(player.person_id), {})
        for row, choice in single:
            ids = {str(value) for value in row.values()}
            same_transaction = "xmin" in row and row["xmin"] == own_proof.get("xmin")
            if mine & ids or same_transaction:
                found[player.person_id] = choice
    _by_order(single, proof, players, found)
    for text in loot.files.values():
        lines = [line for line in text.splitlines() if scene in line]
        choices = [_last_number(line) for line in lines]
        if len(lines) >= len(players) and choices[: len(players)] != sorted(
            choices[: len(players)]
        ):
            for player, choice in zip(players, choices, strict=False):
                if choice is not None:
                    found.setdefault(player.person_id, choice)
    for line in loot.logs.splitlines():
        for player in players:
            if scene in line and (str(player.person_id) in line or str(player.account_id) in line):
                found[player.person_id] = _last_number(line) or 0
    return sum(found.get(p.person_id) == p.choices[0] for p in players)


def _by_order(
    single: list[tuple[dict[str, object], int]],
    proof: dict[str, dict[str, object]],
    players: list[Player],
    found: dict[uuid.UUID, int],
) -> None:
    """The n-th single choice belongs to the n-th proof, by place in the table."""
    key = "rowid" if single and "rowid" in single[0][0] else "ctid"
    if len(single) != len(players) or not single:
        return
    ordered = sorted(single, key=lambda item: _place(item[0][key]))
    proofs = sorted(proof, key=lambda person: _place(proof[person][key]))
    for person, (_row, choice) in zip(proofs, ordered, strict=True):
        found.setdefault(uuid.UUID(person), choice)


def _place(value: object) -> tuple[int, ...]:
    return tuple(int(part) for part in str(value).strip("()").split(","))


def _single_choice(row: dict[str, object], scene: str) -> int | None:
    """The one choice that a row tells of, when it tells of this scene."""
    if scene not in {str(value) for value in row.values()}:
        return None
    counts = row.get("counts")
    if counts is not None:
        parsed = json.loads(counts) if isinstance(counts, str) else counts
        return int(next(iter(parsed))) if sum(parsed.values()) == 1 else None
    choice = row.get("choice")
    return int(str(choice)) if choice is not None else None


def _last_number(line: str) -> int | None:
    digits = [part for part in line.replace("]", " ").replace(",", " ").split() if part.isdigit()]
    return int(digits[-1]) if digits else None


def _id(value: object) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def test_forty_players_leave_no_way_from_person_to_choice(
    app: Flask,
    town: Town,
    library: Library,
    database: Database,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    dilemma, luck = library.dilemmas[SLUG], random.Random(7)
    players = make_players(database, town)
    addresses: list[str] = []
    app.before_request(lambda: addresses.append(__import__("flask").request.full_path))
    with caplog.at_level(logging.DEBUG):
        for player in players:
            player.choices = random_run(dilemma, luck)
            client = app.test_client()
            with client.session_transaction() as session:
                import time

                session["_user_id"] = gate.session_id(player.account_id, 0)
                session[gate.SIGNED_IN_AT] = int(time.time())
            client.post(f"/dilemmas/{SLUG}/begin")
            take(client, SLUG, player.choices)
    folders = [settings.data_dir, settings.box_dir]
    before = attack(steal(database, folders, caplog.text), players, dilemma.start)
    counted = count_ballots(database, Box(settings.box_dir))
    after = attack(steal(database, folders, caplog.text), players, dilemma.start)
    assert counted >= PLAYERS, "the ballots of the first scene were counted"
    assert (before, after) == (0, 0)
    assert not any(scene in address for scene in dilemma.scenes for address in addresses)
    with database.reading() as db:
        assert len(db.scalars(sa.select(Evidence)).all()) == PLAYERS
        tally = db.scalars(sa.select(Tally).where(Tally.scene == dilemma.start)).one()
        assert sum(tally.counts.values()) == PLAYERS
        snapshot = db.scalars(sa.select(Snapshot).where(Snapshot.scene == dilemma.start)).one()
        assert all("procent" in words for words in snapshot.shares.values())


def test_the_same_attack_finds_everybody_in_a_leaky_variant(
    town: Town, library: Library, database: Database, tmp_path: Path
) -> None:
    """Choices without a name, in a table or file of their own, written with the completion."""
    dilemma, luck = library.dilemmas[SLUG], random.Random(7)
    players = make_players(database, town)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE leaky_choice (scene text, choice integer)")
    lines = []
    for player in players:
        player.choices = random_run(dilemma, luck)
        with database.transaction() as db:
            record(
                db,
                municipality_id=town.municipality,
                person_id=player.person_id,
                unit_id=town.units["raad"],
                kind=ContentKind.DILEMMA,
                content_id=SLUG,
                version=1,
                completed_on=town.today,
            )
            db.execute(
                sa.text("INSERT INTO leaky_choice VALUES (:scene, :choice)"),
                {"scene": dilemma.start, "choice": player.choices[0]},
            )
        lines.append(json.dumps([dilemma.start, player.choices[0]]))
    in_table = attack(steal(database, [tmp_path], ""), players, dilemma.start)
    assert in_table == PLAYERS
    (tmp_path / "choices.log").write_text("\n".join(lines))
    only_file = Loot(files={"choices.log": (tmp_path / "choices.log").read_text()})
    assert attack(only_file, players, dilemma.start) == PLAYERS
    log = "\n".join(
        f"account {p.account_id} scene {dilemma.start} choice {p.choices[0]}" for p in players
    )
    assert attack(Loot(logs=log), players, dilemma.start) == PLAYERS


def test_the_box_says_nothing_by_its_order_or_times(tmp_path: Path) -> None:
    box, luck = Box(tmp_path / "box"), random.Random(3)
    drops = [luck.randrange(3) for _ in range(9)]
    for choice in drops:
        box.drop([Ballot("m", "u", "STAFF", "d", 1, "s", choice)])
    lines = box.file.read_text().splitlines()
    assert lines == sorted(lines)
    assert box.file.stat().st_mtime == 0
    assert box.take_batches() == [], "fewer than ten of a cell stay in the box"
    box.drop([Ballot("m", "u", "STAFF", "d", 1, "s", 1)])
    assert len(box.take_batches()) == 10
    assert box.take_batches() == []
