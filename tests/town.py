"""The named townspeople: two of six municipalities, with the same names of units and people."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from training.identity.models import Account, RoleGrant
from training.identity.rules import AccountState, Role
from training.people import rules
from training.people.models import AudienceRule, Person, Position, Unit
from training.people.rules import PositionKind, UnitKind


@dataclass
class Town:
    """Ids of units and people by a short name; `other_…` are those of the second municipality."""

    units: dict[str, uuid.UUID] = field(default_factory=dict)
    persons: dict[str, uuid.UUID] = field(default_factory=dict)
    accounts: dict[str, uuid.UUID] = field(default_factory=dict)
    today: dt.date = dt.date(2026, 11, 2)

    @property
    def municipality(self) -> uuid.UUID:
        """The municipality in which the named people live: Merendijk."""
        return self.units["merendijk"]


UNITS = (  # short name, parent, kind, name
    ("regio", None, UnitKind.REGION, "Regio Zuiderland"),
    ("basisteam", "regio", UnitKind.BASE_TEAM, "Basisteam Beekdal"),
    ("a2", "basisteam", UnitKind.COOPERATION, "A2-samenwerking"),
    ("merendijk", "a2", UnitKind.MUNICIPALITY, "Merendijk"),
    ("dienstverlening", "merendijk", UnitKind.DEPARTMENT, "Dienstverlening"),
    ("burgerzaken", "dienstverlening", UnitKind.TEAM, "Team Burgerzaken"),
    ("vergunningen", "dienstverlening", UnitKind.TEAM, "Team Vergunningen"),
    ("veiligheid", "merendijk", UnitKind.DEPARTMENT, "Veiligheid"),
    ("handhaving", "veiligheid", UnitKind.TEAM, "Team Handhaving"),
    ("bedrijfsvoering", "merendijk", UnitKind.DEPARTMENT, "Bedrijfsvoering"),
    ("raad", "merendijk", UnitKind.COUNCIL, "Gemeenteraad"),
    ("college", "merendijk", UnitKind.COLLEGE, "College"),
    ("other", "a2", UnitKind.MUNICIPALITY, "Oosterwaard"),
    ("other_dienstverlening", "other", UnitKind.DEPARTMENT, "Dienstverlening"),
    ("other_burgerzaken", "other_dienstverlening", UnitKind.TEAM, "Team Burgerzaken"),
    ("other_raad", "other", UnitKind.COUNCIL, "Gemeenteraad"),
    ("outside", "basisteam", UnitKind.MUNICIPALITY, "Westerhove"),
    ("outside_burgerzaken", "outside", UnitKind.TEAM, "Team Burgerzaken"),
)

PEOPLE = (  # short name, given, infix, family, number, unit, kind, job title, joined
    ("anna", "Anna", "de", "Vries", "1001", "burgerzaken", "EMPLOYEE", "Medewerker burgerzaken", "2026-09-01"),
    ("theo", "Theo", "", "Smit", "1002", "burgerzaken", "EMPLOYEE", "Teamleider burgerzaken", "2015-03-01"),
    ("vera", "Vera", "", "Kok", "1003", "vergunningen", "EMPLOYEE", "Vergunningverlener", "2019-06-01"),
    ("boaz", "Boaz", "van den", "Berg", "1004", "handhaving", "EMPLOYEE", "Boa", "2018-01-01"),
    ("hanna", "Hanna", "", "Prins", "1005", "bedrijfsvoering", "EMPLOYEE", "Adviseur HR", "2012-05-01"),
    ("bas", "Bas", "", "Mulder", "1006", "bedrijfsvoering", "EMPLOYEE", "Applicatiebeheerder", "2014-02-01"),
    ("fatma", "Fatma", "", "Yilmaz", "1007", "bedrijfsvoering", "EMPLOYEE", "Adviseur integriteit", "2020-02-01"),
    ("piet", "Piet", "", "Jansen", "1008", "bedrijfsvoering", "EMPLOYEE", "Privacy officer", "2017-02-01"),
    ("griet", "Griet", "", "Willems", "1009", "raad", "CLERK", "Griffier", "2011-01-01"),
    ("sjoerd", "Sjoerd", "", "Hoekstra", "1010", "bedrijfsvoering", "SECRETARY", "Gemeentesecretaris", "2016-01-01"),
    ("marga", "Marga", "", "Bos", "1011", "veiligheid", "MANAGEMENT", "Afdelingshoofd Veiligheid", "2013-01-01"),
    ("rachid", "Rachid", "el", "Amrani", None, "raad", "COUNCILLOR", "", "2026-03-26"),
    ("ineke", "Ineke", "", "Visser", None, "raad", "COMMITTEE_MEMBER", "", "2026-04-15"),
    ("wim", "Wim", "", "Peeters", None, "college", "ALDERMAN", "Wethouder", "2026-05-20"),
    ("burgemeester", "Carla", "", "Dekker", None, "college", "MAYOR", "Burgemeester", "2021-09-01"),
    ("other_anna", "Anna", "de", "Vries", "1001", "other_burgerzaken", "EMPLOYEE", "Medewerker burgerzaken", "2026-09-01"),
    ("other_rachid", "Rachid", "el", "Amrani", None, "other_raad", "COUNCILLOR", "", "2026-03-26"),
    ("outside_anna", "Anna", "de", "Vries", "1001", "outside_burgerzaken", "EMPLOYEE", "Medewerker burgerzaken", "2026-09-01"),
)  # fmt: skip


def build(db: Session, today: dt.date) -> Town:
    """Fills an empty database with the town as it is on `today`."""
    town = Town(today=today)
    _build_units(db, town)
    _build_people(db, town)
    _build_audiences(db, town)
    _build_accounts(db, town)
    db.flush()
    return town


def _build_units(db: Session, town: Town) -> None:
    opened = dt.date(2010, 1, 1)
    for short, parent, kind, name in UNITS:
        unit = Unit(id=uuid.uuid4(), kind=kind, name=name, opened_on=opened)
        unit.parent_id = town.units[parent] if parent else None
        if kind is UnitKind.MUNICIPALITY:
            unit.municipality_id = unit.id
        elif parent:
            unit.municipality_id = db.get_one(Unit, town.units[parent]).municipality_id
        db.add(unit)
        db.flush()
        town.units[short] = unit.id


def _build_people(db: Session, town: Town) -> None:
    for short, given, infix, family, number, unit, kind, title, joined in PEOPLE:
        municipality = db.get_one(Unit, town.units[unit]).municipality_id
        assert municipality is not None
        domain = "merendijk" if not short.startswith(("other", "outside")) else short.split("_")[0]
        person = Person(
            municipality_id=municipality,
            id=uuid.uuid4(),
            given_name=given,
            infix=infix,
            family_name=family,
            employee_number=number,
            email=f"{short.split('_')[-1]}@{domain}.example",
            joined_on=dt.date.fromisoformat(joined),
        )
        db.add(person)
        db.flush()
        db.add(
            Position(
                municipality_id=municipality,
                person_id=person.id,
                unit_id=town.units[unit],
                kind=PositionKind[kind],
                job_title=title,
                from_on=person.joined_on,
                recorded_on=person.joined_on,
            )
        )
        town.persons[short] = person.id


def _build_audiences(db: Session, town: Town) -> None:
    for short in ("merendijk", "other", "outside"):
        for template in rules.starting_rules():
            db.add(
                AudienceRule(
                    municipality_id=town.units[short],
                    audience=template.audience,
                    kind=template.kind,
                    job_title=template.job_title,
                    tag=template.tag,
                    first_months=template.first_months,
                )
            )


COORDINATOR = "carlijn"  # has an account, but is no person of a municipality

ROLES = (  # whose account, role, at which unit
    ("theo", Role.TEAM_LEAD, "burgerzaken"),
    ("fatma", Role.FACILITATOR, "merendijk"),
    ("sjoerd", Role.SECRETARY, "merendijk"),
    ("hanna", Role.HR, "a2"),
    ("griet", Role.CLERK, "merendijk"),
    ("piet", Role.PRIVACY_OFFICER, "merendijk"),
    ("bas", Role.ADMINISTRATOR, "merendijk"),
    (COORDINATOR, Role.COORDINATOR, "basisteam"),
)


def _build_accounts(db: Session, town: Town) -> None:
    """Everybody has an active account without a password: tests sign in by session."""
    made = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
    for short, *_ in (*PEOPLE, (COORDINATOR,)):
        account = Account(id=uuid.uuid4(), state=AccountState.ACTIVE, made_at=made)
        if short == COORDINATOR:
            account.name, account.email = "Carlijn Vos", "carlijn@basisteam.example"
        else:
            person = db.scalars(sa.select(Person).where(Person.id == town.persons[short])).one()
            assert person.email
            account.email = person.email
            account.municipality_id, account.person_id = person.municipality_id, person.id
        db.add(account)
        town.accounts[short] = account.id
    db.flush()
    for short, role, unit in ROLES:
        grant = RoleGrant(account_id=town.accounts[short], role=role, unit_id=town.units[unit])
        grant.from_on = dt.date(2026, 9, 1)
        db.add(grant)
