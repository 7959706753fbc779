"""No vote leads to a phone or a person: not during, not after, not with all that can be stolen.

The attacker leads the meeting, administers the product, knows the secret key of the installation,
the token of every phone and the order in which they voted, and has a dump of every table with the
hidden columns, the raw files of the database, the server's log and two backups. What the attacker
does not have is the memory-backed folder while a vote is open: docs/privacy.md says so. The same
attack finds everybody in three deliberately leaky variants, or it would prove nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import logging
import random
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from flask import Flask, request

from tests.meetings.hall import Hall, Phone
from tests.signing import sign_in
from tests.town import Town
from training import backup
from training.db import Base, Database
from training.meetings.models import OpenVote
from training.meetings.round_box import Ballot, seal, unseal, voter_of
from training.meetings.rules import Step
from training.settings import Settings

VOTERS = 12


@dataclass
class Loot:
    """All that the attacker may get hold of."""

    rows: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    keys: set[bytes] = field(default_factory=set)

    def add_tables(self, database: Database) -> None:
        """A dump of every table, also of those that are not ours, with the hidden columns."""
        postgresql = database.engine.dialect.name == "postgresql"
        hidden = "xmin::text AS xmin, ctid::text AS place" if postgresql else "rowid AS place"
        with database.engine.connect() as connection:
            names = set(Base.metadata.tables) | set(sa.inspect(connection).get_table_names())
            for name in sorted(names):
                query = sa.text(f'SELECT *, {hidden} FROM "{name}"')
                for row in connection.execute(query).mappings():
                    self.rows.append((name, dict(row)))
                    self.keys |= {bytes(v) for v in row.values() if isinstance(v, bytes)}
                    self.keys |= {str(v).encode() for v in row.values() if v is not None}

    def add_files(self, *folders: Path) -> None:
        """Every file, and each run of bytes in it that could be a key."""
        for folder in folders:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                raw = path.read_bytes()
                self.texts.append(raw.decode("latin-1"))
                if len(raw) == 32:
                    self.keys.add(raw)

    def add_backup(self, path: Path) -> None:
        """A backup: its rows, as text."""
        self.texts.append(gzip.decompress(path.read_bytes()).decode())


@dataclass
class Known:
    """One phone as the attacker knows it, in the order of voting, and the truth."""

    token: str
    choice: int


def attack(loot: Loot, phones: list[Known], since: int = 0) -> int:
    """How many phones' choice the loot gives away: by a row under a name that can be computed, by
    a choice that can be opened, or by the order of rows or of lines in a text."""
    found: dict[str, int] = {}
    rows = [row for _, row in loot.rows if _choice_in(row) is not None or "sealed" in row]
    for phone in phones:
        names = {phone.token.encode(): b""}
        for key in loot.keys:
            names[voter_of(key, phone.token)] = key
            names[hmac.digest(key, phone.token.encode(), hashlib.sha256)] = key
            names[hmac.digest(key, phone.token.encode(), hashlib.sha256).hex().encode()] = key
        for row in rows:
            voter = row.get("voter")
            name = bytes(voter) if isinstance(voter, bytes | memoryview) else str(voter).encode()
            if name not in names:
                continue
            choice = _choice_in(row)
            if choice is None:
                choice = _opened(names[name], name, row)
            if choice is not None:
                found[phone.token] = choice
    plain = [row for row in rows if _choice_in(row) is not None][since:]
    if len(plain) == len(phones):
        for phone, row in zip(phones, sorted(plain, key=_place), strict=True):
            found.setdefault(phone.token, _choice_in(row) or 0)
    for text in loot.texts:
        lines = re.findall(r'"choice": ?(\d+)|stem.*keuze=(\d+)', text)
        if len(lines) == len(phones):
            for phone, line in zip(phones, lines, strict=True):
                found.setdefault(phone.token, int(line[0] or line[1]))
    return sum(found.get(phone.token) == phone.choice for phone in phones)


def _choice_in(row: dict[str, object]) -> int | None:
    value = row.get("choice")
    return int(str(value)) if value is not None and "voter" in row else None


def _opened(key: bytes, voter: bytes, row: dict[str, object]) -> int | None:
    sealed = row.get("sealed")
    if not isinstance(sealed, bytes | memoryview):
        return None
    try:
        return unseal(key, voter, bytes(sealed)).choice
    except InvalidTag:
        return None


def _place(row: dict[str, object]) -> tuple[int, ...]:
    return tuple(int(part) for part in str(row["place"]).strip("()").split(","))


def token_of(phone: Phone) -> str:
    cookie = phone.client.get_cookie("toestel", path=f"/m/{phone.code}")
    assert cookie
    return cookie.value


def vote_all(hall: Hall, luck: random.Random) -> list[Known]:
    """Everybody votes, in an order that the attacker sees."""
    order = list(hall.phones)
    luck.shuffle(order)
    known = []
    for phone in order:
        phone.look()
        choice = luck.randrange(3)
        phone.vote(choice)
        known.append(Known(token_of(phone), choice))
    return known


def steal(database: Database, settings: Settings, log: str, *backups: Path) -> Loot:
    loot = Loot(keys={settings.secret_key.encode()})
    loot.add_tables(database)
    url = database.engine.url
    if url.get_backend_name() == "sqlite" and url.database:
        for path in Path(url.database).parent.glob(Path(url.database).name + "*"):
            loot.texts.append(path.read_bytes().decode("latin-1"))
    loot.add_files(settings.data_dir)
    loot.texts.append(log)
    for path in backups:
        loot.add_backup(path)
    return loot


def test_during_and_after_no_vote_leads_to_a_phone(
    app: Flask,
    town: Town,
    database: Database,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    luck, backups = random.Random(5), tmp_path_factory.mktemp("backups")
    box = settings.box_dir
    object.__setattr__(settings, "box_dir", tmp_path_factory.mktemp("memory"))  # not in data_dir
    assert not box.exists()
    addresses: list[str] = []
    app.before_request(lambda: addresses.append(request.full_path))
    with caplog.at_level(logging.DEBUG):
        hall = Hall.opened(app, town)
        hall.welcome(VOTERS)
        hall.press(Step.START)
        hall.press(Step.OPEN_VOTE)
        known = vote_all(hall, luck)
        backup.save(database, backups / "during")
        during = steal(database, settings, caplog.text, backups / "during")
        hall.press(Step.CLOSE_VOTE)
        hall.press(Step.SHOW_FIGURES)
        backup.save(database, backups / "after")
    after = steal(database, settings, caplog.text, backups / "during", backups / "after")
    after.add_files(settings.box_dir)  # afterwards the folder tells nothing either
    after.rows += during.rows
    assert any(name == "open_vote" for name, _ in during.rows), "there was something to steal"
    assert attack(during, known) == 0
    assert attack(after, known) == 0
    seen = "".join([hall.look(), hall.screen(), *during.texts, *after.texts, *addresses])
    assert not any(phone.token in seen for phone in known)
    assert "open_vote" not in "".join(after.texts[-3:])


def test_who_administers_sees_no_vote_anywhere(app: Flask, town: Town) -> None:
    hall = Hall.opened(app, town)
    hall.welcome(6)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    vote_all(hall, random.Random(1))
    pages = []
    for who in ("bas", "piet", "hanna", "griet", "sjoerd"):
        client = sign_in(app.test_client(), town, who)
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or set()) and not rule.arguments:
                pages.append(client.get(rule.rule).get_data(as_text=True))
    assert not any(token_of(phone) in page for phone in hall.phones for page in pages)
    assert not any("stemden" in page for page in pages)


def test_twelve_rounds_of_closing_and_opening_again_teach_nothing_more(
    app: Flask, town: Town, database: Database
) -> None:
    """Under other names each time, no outcome before it is shown, and that is shown once."""
    hall = Hall.opened(app, town, second_round=[])
    hall.welcome(VOTERS)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    luck = random.Random(2)
    choices = {id(phone): luck.randrange(3) for phone in hall.phones}
    names: list[set[bytes]] = []
    learned: set[str] = set()
    for number in range(12):
        missing = hall.phones[number]  # the attacker knows who did not vote this time
        for phone in hall.phones:
            phone.look()
            if phone is not missing:
                phone.vote(choices[id(phone)])
        with database.reading() as db:
            names.append(set(db.scalars(sa.select(OpenVote.voter))))
        hall.press(Step.CLOSE_VOTE)
        loot = Loot()
        loot.add_tables(database)
        learned |= {str(row["steps"]) for name, row in loot.rows if name == "meeting_round"}
        learned |= set(re.findall(r"bijna niemand|een deel|de helft|de meeste", hall.look()))
        hall.press(Step.REOPEN)
    assert len(set().union(*names)) == sum(len(one) for one in names) == 12 * (VOTERS - 1)
    assert learned == {"None"}
    hall.all_look()
    for phone in hall.phones:
        phone.vote(choices[id(phone)])
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.SHOW_FIGURES)
    assert hall.press(Step.REOPEN).status_code == 303
    assert "De uitkomst" in hall.look(), "an outcome that was seen is not voted on again"


@pytest.mark.parametrize("variant", ["one secret for all rounds", "plain choice", "kept secret"])
def test_the_same_attack_finds_everybody_in_a_leaky_variant(
    town: Town, database: Database, tmp_path: Path, variant: str
) -> None:
    luck = random.Random(3)
    known = [Known(uuid.uuid4().hex, luck.randrange(3)) for _ in range(VOTERS)]
    kept = luck.randbytes(32)
    blob = "bytea" if database.engine.dialect.name == "postgresql" else "blob"
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE leaky (voter {blob}, choice int, sealed {blob})"))
    for phone in known:
        key = b"the secret key of the installation" if variant.startswith("one") else kept
        voter = voter_of(key, phone.token)
        row = {
            "one secret for all rounds": (voter, phone.choice, None),
            "plain choice": (luck.randbytes(32), phone.choice, None),
            "kept secret": (voter, None, seal(key, voter, Ballot(phone.choice, 0))),
        }[variant]
        with database.engine.begin() as connection:
            connection.execute(
                sa.text("INSERT INTO leaky VALUES (:v, :c, :s)"),
                {"v": row[0], "c": row[1], "s": row[2]},
            )
    loot = Loot(keys={b"the secret key of the installation"})
    loot.add_tables(database)
    if variant == "kept secret":
        (tmp_path / "round").write_bytes(kept)
        loot.add_files(tmp_path)
    assert attack(loot, known) == VOTERS


def test_a_log_line_per_vote_would_be_found(town: Town) -> None:
    luck = random.Random(4)
    known = [Known(uuid.uuid4().hex, luck.randrange(3)) for _ in range(VOTERS)]
    lines = "\n".join(json.dumps({"path": "/stem", "choice": p.choice}) for p in known)
    assert attack(Loot(texts=[lines]), known) == VOTERS
