"""Fills a database with invented towns: the same seed gives the same people and their history.

The first start, the tests of many people and the benchmarks use this one population. Everything is
written in bulk; dates are counted back from `today`. No real place or person is in it.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training import demo_council
from training.assignments import actions as assignments
from training.assignments.release_actions import keep_calendars
from training.assignments.rules import Basis, Choose, Policy
from training.content.classes import Content, ContentKind, Library
from training.db import Base
from training.evidence.models import CODE_LENGTH, CODE_SIGNS, Evidence, Source
from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState, Role
from training.people.models import (
    AudienceRule,
    LocalInsertText,
    Person,
    Position,
    Tag,
    Unit,
)
from training.people.rules import PositionKind, UnitKind, starting_rules

MUNICIPALITIES = ("Merendijk", "Oosterwaard", "Lindenveld", "Westerhove", "Broekdal", "Zandrijk")
OF_A2 = 3  # the first three share their HR
GIVEN = (
    "Anna Bram Carla Daan Els Fatima Gijs Hanna Ilse Jan Karin Lotte Mo Nina Omar Petra Quinten "
    "Roos Sander Tess Umar Vera Wim Xander Yara Zoë Aisha Bart Cem Dirk Emma Finn Gerda Hugo Iris "
    "Joost Kim Lars Mila Noor Otto Pim Rik Saskia Tom Ursula Viktor Wendy Youssef Zeynep"
).split()
FAMILY = (
    ("de", "Vries"), ("", "Jansen"), ("van den", "Berg"), ("", "Bakker"), ("", "Visser"),
    ("", "Smit"), ("de", "Boer"), ("", "Mulder"), ("", "Bos"), ("", "Peters"), ("", "Hendriks"),
    ("van", "Dijk"), ("van der", "Linden"), ("", "Kok"), ("", "Yılmaz"), ("", "Willems"),
    ("el", "Amrani"), ("", "Prins"), ("", "Kuipers"), ("", "Postma"), ("", "Dekker"),
    ("", "Hoekstra"), ("ter", "Horst"), ("", "Koster"), ("", "Nguyen"), ("", "Verhoeven"),
)  # fmt: skip
TEAMS = (  # department, team, job titles
    ("Dienstverlening", "Team Burgerzaken", ("Medewerker burgerzaken",)),
    ("Dienstverlening", "Team Klantcontact", ("Medewerker klantcontact", "Medewerker receptie")),
    ("Ruimte", "Team Vergunningen", ("Vergunningverlener",)),
    ("Ruimte", "Team Toezicht", ("Toezichthouder", "Toezichthouder bouwen")),
    ("Veiligheid", "Team Handhaving", ("Boa",)),
    ("Samenleving", "Team Wmo", ("Consulent Wmo",)),
    ("Samenleving", "Team Schuldhulp", ("Schuldhulpverlener",)),
    ("Bedrijfsvoering", "Team Inkoop", ("Inkoper", "Adviseur inkoop")),
    ("Bedrijfsvoering", "Team Personeel", ("Adviseur HR", "Medewerker salarissen")),
    ("Bedrijfsvoering", "Team Informatie", ("Applicatiebeheerder", "Beleidsmedewerker")),
)
COUNCIL_SIZE, COMMITTEE_SIZE = 21, 6
INSERTS = {
    "meldpunt": "het Meldpunt ondermijning, telefoon 555-0101 (invulvoorbeeld)",
    "vertrouwenspersoon": "vertrouwenspersoon Ria Postma (invulvoorbeeld)",
    "griffier": "de griffier, Griet Willems (invulvoorbeeld)",
}


@dataclass(slots=True)
class Made:
    """What was made: sign-ins by role and node, and how many people."""

    sign_ins: list[dict[str, str]] = field(default_factory=list)
    people: int = 0
    evidence: int = 0


@dataclass(slots=True)
class Builder:
    """Collects rows table by table and writes them in bulk."""

    db: Session
    luck: random.Random
    today: dt.date
    years: int
    password_hash: str
    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)
    made: Made = field(default_factory=Made)
    names: dict[uuid.UUID, str] = field(default_factory=dict)

    def id(self) -> uuid.UUID:
        """A random id from the seed."""
        return uuid.UUID(int=self.luck.getrandbits(128), version=4)

    def add(self, table: type[Base], **values: Any) -> None:
        """One row, written at the next `flush`."""
        self.rows.setdefault(table, []).append(values)

    def flush(self) -> None:
        """Writes what was collected, in the order in which tables were first used."""
        for table, rows in self.rows.items():
            for start in range(0, len(rows), 5000):
                self.db.execute(sa.insert(table), rows[start : start + 5000])
        self.rows.clear()


def build(
    db: Session,
    library: Library,
    *,
    seed: int,
    municipalities: int,
    people: int,
    years: int,
    today: dt.date,
    password_hash: str,
) -> Made:
    """A region with a basisteam of so many municipalities and about so many people in all, with a
    programme and a history of so many years. Fills an empty database; the caller commits."""
    b = Builder(db, random.Random(seed), today, years, password_hash)  # noqa: S311 - a demonstration
    nodes = _tree(b, municipalities)
    for number, municipality_id in enumerate(nodes["municipalities"]):
        _municipality(b, municipality_id, number, people // municipalities)
    b.flush()
    _shared_roles(b, nodes)
    b.flush()
    _programme(b, library, nodes["team"][0])
    _history(b, library)
    b.flush()
    demo_council.enliven(db, today)
    keep_calendars(db, library)
    assignments.open_cycles(db, today)
    return b.made


def _tree(b: Builder, municipalities: int) -> dict[str, list[uuid.UUID]]:
    opened = dt.date(2010, 1, 1)
    region, team, a2 = b.id(), b.id(), b.id()
    head = {"opened_on": opened, "closed_on": None, "municipality_id": None}
    b.add(Unit, id=region, parent_id=None, kind=UnitKind.REGION, name="Regio Zuiderland", **head)
    b.add(
        Unit, id=team, parent_id=region, kind=UnitKind.BASE_TEAM, name="Basisteam Beekdal", **head
    )
    b.add(Unit, id=a2, parent_id=team, kind=UnitKind.COOPERATION, name="A2-samenwerking", **head)
    b.names |= {region: "Regio Zuiderland", team: "Basisteam Beekdal", a2: "A2-samenwerking"}
    made = []
    for number in range(municipalities):
        unit_id = b.id()
        parent = a2 if number < OF_A2 else team
        _unit(b, unit_id, parent, UnitKind.MUNICIPALITY, _name(number), unit_id)
        made.append(unit_id)
    return {"municipalities": made, "team": [team], "a2": [a2], "region": [region]}


def _name(number: int) -> str:
    if number < len(MUNICIPALITIES):
        return MUNICIPALITIES[number]
    return f"{MUNICIPALITIES[number % len(MUNICIPALITIES)]} {number // len(MUNICIPALITIES) + 1}"


def _unit(
    b: Builder,
    unit_id: uuid.UUID,
    parent_id: uuid.UUID,
    kind: UnitKind,
    name: str,
    municipality_id: uuid.UUID,
) -> uuid.UUID:
    b.add(
        Unit,
        id=unit_id,
        parent_id=parent_id,
        kind=kind,
        name=name,
        municipality_id=municipality_id,
        opened_on=dt.date(2010, 1, 1),
        closed_on=None,
    )
    b.names[unit_id] = name
    return unit_id


def _municipality(b: Builder, municipality_id: uuid.UUID, number: int, people: int) -> None:
    domain = f"{_name(number).lower().replace(' ', '-')}.example"
    council = _unit(b, b.id(), municipality_id, UnitKind.COUNCIL, "Gemeenteraad", municipality_id)
    college = _unit(b, b.id(), municipality_id, UnitKind.COLLEGE, "College", municipality_id)
    departments: dict[str, uuid.UUID] = {}
    teams: dict[str, uuid.UUID] = {}
    for department, team, _titles in TEAMS:
        if department not in departments:
            departments[department] = _unit(
                b, b.id(), municipality_id, UnitKind.DEPARTMENT, department, municipality_id
            )
        teams[team] = _unit(
            b, b.id(), departments[department], UnitKind.TEAM, team, municipality_id
        )
    _settings(b, municipality_id)
    key = (municipality_id, domain)
    for given, infix, family, kind, title, unit, months, role, node in _named(
        municipality_id, council, college, teams
    ):
        joined = _months_ago(b.today, months)
        person_id = _person(b, key, (given, infix, family), kind, title, unit, joined)
        _account(b, key, person_id, given, family, role, node)
    politicians = COUNCIL_SIZE + COMMITTEE_SIZE - 1
    for index in range(politicians):
        kind = (
            PositionKind.COUNCILLOR if index < COUNCIL_SIZE - 1 else PositionKind.COMMITTEE_MEMBER
        )
        _person(b, key, _someone(b), kind, "", council, _term(b.today))
    for index in range(4):
        kind = PositionKind.MAYOR if index == 0 else PositionKind.ALDERMAN
        title = "Burgemeester" if index == 0 else "Wethouder"
        _person(b, key, _someone(b), kind, title, college, _term(b.today))
    for index in range(max(people - politicians - 4 - 10, 0)):
        _department, team, titles = TEAMS[index % len(TEAMS)]
        joined = b.today - dt.timedelta(days=b.luck.randrange(20, 365 * 12))
        kind = PositionKind.MANAGEMENT if index % 60 == 59 else PositionKind.EMPLOYEE
        title = "Afdelingshoofd" if kind is PositionKind.MANAGEMENT else b.luck.choice(titles)
        _person(b, key, _someone(b), kind, title, teams[team], joined)


def _named(
    municipality_id: uuid.UUID,
    council: uuid.UUID,
    college: uuid.UUID,
    teams: dict[str, uuid.UUID],
) -> Iterator[tuple[str, str, str, PositionKind, str, uuid.UUID, int, Role | None, uuid.UUID]]:
    """The people who can sign in: name, position, months in service, role and its node."""
    e, top = PositionKind.EMPLOYEE, municipality_id
    desk, hr = teams["Team Burgerzaken"], teams["Team Personeel"]
    it, office = teams["Team Informatie"], teams["Team Personeel"]
    yield "Anna", "de", "Vries", e, "Medewerker burgerzaken", desk, 1, None, top
    yield "Theo", "", "Smit", e, "Teamleider", desk, 90, Role.TEAM_LEAD, desk
    yield "Vera", "", "Kok", e, "Vergunningverlener", teams["Team Vergunningen"], 60, None, top
    yield "Hanna", "", "Prins", e, "Adviseur HR", hr, 120, Role.HR, top
    yield "Bas", "", "Mulder", e, "Applicatiebeheerder", it, 100, Role.ADMINISTRATOR, top
    yield "Fatma", "", "Yılmaz", e, "Adviseur integriteit", office, 50, Role.FACILITATOR, top
    yield "Piet", "", "Jansen", e, "Privacy officer", it, 80, Role.PRIVACY_OFFICER, top
    yield "Griet", "", "Willems", PositionKind.CLERK, "Griffier", council, 140, Role.CLERK, top
    yield (
        "Sjoerd", "", "Hoekstra", PositionKind.SECRETARY, "Gemeentesecretaris", it, 70,
        Role.SECRETARY, top,
    )  # fmt: skip
    yield "Rachid", "el", "Amrani", PositionKind.COUNCILLOR, "", council, 7, None, top


def _months_ago(today: dt.date, months: int) -> dt.date:
    return today - dt.timedelta(days=30 * months)


def _term(today: dt.date) -> dt.date:
    """The start of the newest council term. Source: councils are elected every four years, the
    last time on 18 March 2026."""
    starts = [dt.date(2018, 3, 29), dt.date(2022, 3, 30), dt.date(2026, 3, 26)]
    return max(day for day in starts if day <= today)


def _someone(b: Builder) -> tuple[str, str, str]:
    infix, family = b.luck.choice(FAMILY)
    return b.luck.choice(GIVEN), infix, family


def _person(
    b: Builder,
    key: tuple[uuid.UUID, str],
    name: tuple[str, str, str],
    kind: PositionKind,
    title: str,
    unit_id: uuid.UUID,
    joined: dt.date,
) -> uuid.UUID:
    municipality_id, domain = key
    person_id = b.id()
    b.made.people += 1
    staff = kind not in {PositionKind.COUNCILLOR, PositionKind.COMMITTEE_MEMBER}
    b.add(
        Person,
        municipality_id=municipality_id,
        id=person_id,
        given_name=name[0],
        infix=name[1],
        family_name=name[2],
        email=f"p{b.made.people}@{domain}",
        employee_number=f"{100000 + b.made.people}" if staff else None,
        joined_on=joined,
        left_on=None,
    )
    b.add(
        Position,
        municipality_id=municipality_id,
        id=b.id(),
        person_id=person_id,
        unit_id=unit_id,
        kind=kind,
        job_title=title,
        manager_id=None,
        from_on=joined,
        until_on=None,
        recorded_on=joined,
    )
    if title in {"Teamleider", "Adviseur integriteit"}:
        b.add(
            Tag,
            municipality_id=municipality_id,
            person_id=person_id,
            name="sleutelfunctionaris",
            from_on=joined,
        )
    return person_id


def _account(
    b: Builder,
    key: tuple[uuid.UUID, str],
    person_id: uuid.UUID,
    given: str,
    family: str,
    role: Role | None,
    node: uuid.UUID,
) -> None:
    municipality_id, domain = key
    account_id, email = b.id(), f"{given.lower()}@{domain}"
    _open_account(b, account_id, municipality_id, person_id, None, email)
    if role is not None:
        _grant(b, account_id, role, node)
    _tell(b, f"{given} {family}", email, role, node, account_id, str(municipality_id))


def _tell(
    b: Builder,
    name: str,
    email: str,
    role: Role | None,
    node: uuid.UUID,
    account_id: uuid.UUID,
    municipality_id: str = "",
) -> None:
    """Notes a sign-in: whose it is, and which role it holds at which node."""
    b.made.sign_ins.append(
        {
            "name": name,
            "email": email,
            "role": role.value if role else "deelnemer",
            "node": b.names[node],
            "unit_id": str(node),
            "account_id": str(account_id),
            "municipality_id": municipality_id,
        }
    )


def _open_account(
    b: Builder,
    account_id: uuid.UUID,
    municipality_id: uuid.UUID | None,
    person_id: uuid.UUID | None,
    name: str | None,
    email: str,
) -> None:
    b.add(
        Account,
        id=account_id,
        municipality_id=municipality_id,
        person_id=person_id,
        name=name,
        email=email,
        password_hash=b.password_hash,
        state=AccountState.ACTIVE,
        epoch=0,
        made_at=dt.datetime.combine(b.today, dt.time(9), dt.UTC),
    )


def _grant(b: Builder, account_id: uuid.UUID, role: Role, node: uuid.UUID) -> None:
    b.add(
        RoleGrant,
        id=b.id(),
        account_id=account_id,
        role=role,
        unit_id=node,
        from_on=b.today - dt.timedelta(days=30),
        until_on=None,
        given_by=None,
    )


def _settings(b: Builder, municipality_id: uuid.UUID) -> None:
    for rule in starting_rules():
        b.add(
            AudienceRule,
            municipality_id=municipality_id,
            id=b.id(),
            audience=rule.audience,
            kind=rule.kind,
            job_title=rule.job_title,
            unit_id=None,
            tag=rule.tag,
            first_months=rule.first_months,
        )
    for name, text in INSERTS.items():
        b.add(
            LocalInsertText,
            municipality_id=municipality_id,
            name=name,
            text=text,
            checked_until=b.today + dt.timedelta(days=365),
        )


COORDINATORS = (
    ("Carlijn Hofman", "carlijn@beekdal.example", "team"),
    ("Ruben Prins", "ruben@zuiderland.example", "region"),
    ("Amira Visser", "amira@a2-samenwerking.example", "a2"),
)


def _shared_roles(b: Builder, nodes: dict[str, list[uuid.UUID]]) -> None:
    """The coordinators above the municipalities, who are no persons of one, and the HR that the
    three municipalities of the A2 share: Hanna's role lies at their common node."""
    for name, email, where in COORDINATORS:
        node = nodes[where][0]
        account_id = b.id() if where == "team" else uuid.uuid5(node, email)
        _open_account(b, account_id, None, None, name, email)
        _grant(b, account_id, Role.COORDINATOR, node)
        _tell(b, name, email, Role.COORDINATOR, node, account_id)
    hanna = next(s for s in b.made.sign_ins if s["role"] == Role.HR.value)
    a2 = nodes["a2"][0]
    hanna |= {"node": b.names[a2], "unit_id": str(a2)}
    b.db.execute(
        sa.update(RoleGrant)
        .where(RoleGrant.account_id == uuid.UUID(hanna["account_id"]), RoleGrant.role == Role.HR)
        .values(unit_id=a2)
    )


PROGRAMME = (  # title, kind, content ids, audiences, policy
    (
        "Drugshandel herkennen",
        ContentKind.MODULE,
        ("drugshandel-herkennen",),
        ("baliemedewerkers", "vergunningverleners", "boas", "toezichthouders"),
        {"first_due_days": 90, "validity_months": 12, "basis": Basis.COMPLETION},
    ),
    (
        "Integriteit voor nieuwe medewerkers",
        ContentKind.MODULE,
        ("integriteit-voor-nieuwe-medewerkers",),
        ("nieuwe-medewerkers",),
        {"first_due_days": 90, "validity_months": None},
    ),
    (
        "Integriteit voor raadsleden",
        ContentKind.MODULE,
        ("integriteit-voor-raadsleden",),
        ("raadsleden",),
        {"first_due_days": 120, "validity_months": 12, "basis": Basis.ANNIVERSARY},
    ),
    (
        "Dilemmatraining raad",
        ContentKind.DILEMMA,
        ("het-bouwplan-van-je-broer", "even-bellen-met-de-wethouder"),
        ("raadsleden",),
        {
            "first_due_days": 240,
            "validity_months": 12,
            "basis": Basis.CALENDAR,
            "fixed_month": 12,
            "fixed_day": 1,
        },
    ),
)


def _programme(b: Builder, library: Library, node: uuid.UUID) -> None:
    begin = b.today - dt.timedelta(days=365 * b.years + 30)
    for title, kind, contents, audiences, policy in PROGRAMME:
        offered = [(kind, name) for name in contents if library.content(kind, name)]
        if not offered:
            continue
        assignments.make_duty(
            b.db,
            unit_id=node,
            title=title,
            contents=offered,
            audiences=audiences,
            policy=Policy(1, begin, **policy),
            choose=Choose.ONE if kind is ContentKind.DILEMMA else Choose.ALL,
            by="Carlijn Hofman",
        )


def _history(b: Builder, library: Library) -> None:
    """Most people did most things, about once a year, some late and some never. Anna and Rachid
    are left with everything to do."""
    first = {"Anna de Vries", "Rachid el Amrani"}
    wanted = {
        audience: [(kind, name) for name in contents]
        for _t, kind, contents, audiences, _p in PROGRAMME
        for audience in audiences
    }
    of_title = {r.job_title: r.audience for r in starting_rules() if r.job_title}
    people = sa.select(
        Person.municipality_id,
        Person.id,
        Person.given_name,
        Person.infix,
        Person.family_name,
        Person.joined_on,
        Position.kind,
        Position.job_title,
        Position.unit_id,
    ).join(
        Position,
        sa.and_(
            Position.municipality_id == Person.municipality_id, Position.person_id == Person.id
        ),
    )
    for row in b.db.execute(people.order_by(Person.municipality_id, Person.id)).all():
        if " ".join(p for p in (row.given_name, row.infix, row.family_name) if p) in first:
            continue
        audience = of_title.get(row.job_title)
        if row.kind in {PositionKind.COUNCILLOR, PositionKind.COMMITTEE_MEMBER}:
            audience = "raadsleden"
        for kind, content_id in wanted.get(audience or "", []):
            content = library.content(kind, content_id)
            if content is not None:
                _completions(b, row, kind, content)


def _completions(b: Builder, row: Any, kind: ContentKind, content: Content) -> None:
    start = max(row.joined_on, b.today - dt.timedelta(days=365 * b.years))
    day = start + dt.timedelta(days=b.luck.randrange(5, 130))
    while day <= b.today and b.luck.random() < 0.86:
        b.made.evidence += 1
        b.add(
            Evidence,
            municipality_id=row.municipality_id,
            id=b.id(),
            person_id=row.id,
            content_kind=kind,
            content_id=content.id,
            content_version=content.version,
            completed_on=day,
            source=Source.ONLINE,
            unit_id=row.unit_id,
            title=content.title,
            code="".join(b.luck.choices(CODE_SIGNS, k=CODE_LENGTH)),
        )
        day += dt.timedelta(days=b.luck.randrange(325, 385))


def write_sign_ins(path: Path, sign_ins: Sequence[dict[str, str]]) -> None:
    """Keeps a sign-in for each role at each node in a file, for tests and benchmarks."""
    path.write_text(json.dumps(list(sign_ins), indent=1, ensure_ascii=False))
