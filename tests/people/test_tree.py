"""Bas changes the organisation; what was before stays as it was, on every day."""

from __future__ import annotations

import datetime as dt
import random
import uuid

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training import backup, clock
from training.access import NOWHERE
from training.audit.models import Action, AuditEntry
from training.db import Base, Database
from training.people import tree_actions, tree_queries
from training.people.models import AudienceRule, Position, Unit
from training.people.queries import units_below
from training.people.rules import UnitKind
from training.people.tree_rules import TreeRefused

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 11, 2)
MARCH = dt.date(2026, 3, 1)


@pytest.fixture
def bas(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "bas")


def below(database: Database, unit_id: uuid.UUID, on: dt.date | None = None) -> set[uuid.UUID]:
    with database.reading() as db:
        return set(db.scalars(units_below([unit_id], on=on)))


def test_a_team_that_moved_still_stands_where_it_stood_last_year(
    database: Database, town: Town
) -> None:
    team, service, safety = (
        town.units[u] for u in ("burgerzaken", "dienstverlening", "veiligheid")
    )
    with database.transaction() as db:
        unit = db.get_one(Unit, team)
        tree_actions.move_unit(db, unit, db.get_one(Unit, safety), MARCH, TODAY)
        tree_actions.rename_unit(db, unit, "Team Balie", dt.date(2026, 6, 1), TODAY)
    assert team in below(database, safety) and team not in below(database, service)
    assert team in below(database, safety, MARCH) and team not in below(database, service, MARCH)
    assert team in below(database, service, MARCH - DAY)
    assert team not in below(database, safety, MARCH - DAY)
    with database.reading() as db:
        unit = db.get_one(Unit, team)
        told = [(p.name, p.parent, p.from_on) for p in tree_queries.history_of(db, unit)]
        assert told == [
            ("Team Balie", "Veiligheid", dt.date(2026, 6, 1)),
            ("Team Burgerzaken", "Veiligheid", MARCH),
            ("Team Burgerzaken", "Dienstverlening", dt.date(2010, 1, 1)),
        ]


def test_merging_moves_everybody_and_leads_on(
    database: Database, town: Town, bas: FlaskClient
) -> None:
    old, new = town.units["burgerzaken"], town.units["vergunningen"]
    with database.transaction() as db:
        db.add(AudienceRule(municipality_id=town.municipality, audience="boas", unit_id=old))
    form = {"samenvoegen-other": str(new), "samenvoegen-on": clock.today().isoformat()}
    answer = bas.post(f"/organisatie/{old}/samenvoegen", data=form, follow_redirects=True)
    assert "2 personen verplaatst" in answer.text
    assert "<h1" in answer.text and "Team Vergunningen" in answer.text
    assert bas.get(f"/organisatie/{old}").location.endswith(str(new))
    with database.reading() as db:
        anna = db.scalars(
            sa.select(Position)
            .where(Position.person_id == town.persons["anna"])
            .order_by(Position.from_on)
        ).all()
        assert [(p.unit_id, p.from_on, p.until_on) for p in anna] == [
            (old, dt.date(2026, 9, 1), clock.today() - DAY),
            (new, clock.today(), None),
        ]
        rule = db.scalars(sa.select(AudienceRule).where(AudienceRule.audience == "boas"))
        assert new in {one.unit_id for one in rule}
        entry = db.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == Action.CHANGED_UNIT)
        ).one()
        assert entry.actor_name == "Bas Mulder"
        names = tree_queries.earlier_names(db, town.municipality)
        assert ("Team Burgerzaken", new) in names


@pytest.mark.parametrize(
    ("what", "form", "why"),
    [
        ("sluiten", {}, "Verplaats ze eerst"),
        ("verplaatsen", {"other": "vergunningen", "on": "2030-01-01"}, "moet nog komen"),
        ("verplaatsen", {"other": "vergunningen", "on": "2020-01-01"}, "twee jaar geleden"),
        ("verplaatsen", {"other": "other_burgerzaken"}, "Onderdeel"),
        ("verplaatsen", {"other": "raad"}, "Onderdeel"),
        ("hernoemen", {"name": "Team Vergunningen"}, "staat al een onderdeel"),
        ("hernoemen", {"name": ""}, "Vul een naam in"),
        ("samenvoegen", {"other": "merendijk"}, "Onderdeel"),
        ("openen", {"name": "Raad 2", "kind": "COUNCIL"}, "Soort"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    bas: FlaskClient, database: Database, town: Town, what: str, form: dict[str, str], why: str
) -> None:
    sent = {"on": clock.today().isoformat(), "name": "Team X", "kind": "TEAM"} | form
    if "other" in form:
        sent["other"] = str(town.units[form["other"]])
    with database.reading() as db:
        before = tree_queries.tree_on(db, [town.units["regio"]], clock.today(), NOWHERE)
    data = {f"{what}-{key}": value for key, value in sent.items()}
    answer = bas.post(f"/organisatie/{town.units['burgerzaken']}/{what}", data=data)
    assert (answer.status_code, why in answer.text) == (422, True)
    with database.reading() as db:
        assert before == tree_queries.tree_on(db, [town.units["regio"]], clock.today(), NOWHERE)


def test_a_department_does_not_go_below_its_own_team(database: Database, town: Town) -> None:
    with database.writing() as db:
        department = db.get_one(Unit, town.units["dienstverlening"])
        team = db.get_one(Unit, town.units["burgerzaken"])
        with pytest.raises(TreeRefused, match="onder zichzelf"):
            tree_actions.move_unit(db, department, team, TODAY, TODAY)
        with pytest.raises(TreeRefused, match="onder zichzelf"):
            tree_actions.merge_unit(db, department, team, TODAY, TODAY)
        council = db.get_one(Unit, town.units["raad"])
        with pytest.raises(TreeRefused):
            tree_actions.close_unit(db, council, TODAY, TODAY)


def test_units_of_any_depth_are_opened_and_an_empty_one_is_closed(
    bas: FlaskClient, database: Database, town: Town
) -> None:
    today = clock.today().isoformat()
    above = town.units["burgerzaken"]
    for name in ("Balie", "Balie Noord", "Balie Noord ochtend"):
        data = {"openen-name": name, "openen-kind": "TEAM", "openen-on": today}
        answer = bas.post(f"/organisatie/{above}/openen", data=data)
        above = uuid.UUID(answer.location.rsplit("/", 1)[1])
    assert above in below(database, town.units["regio"])
    assert "Balie Noord ochtend" in bas.get("/organisatie").text
    closed = bas.post(f"/organisatie/{above}/sluiten", data={"sluiten-on": today})
    assert closed.status_code == 303
    assert "gesloten" in bas.get(f"/organisatie/{above}").text
    tomorrow = (clock.today() + DAY).isoformat()
    assert "Balie Noord ochtend" not in bas.get(f"/organisatie?peildatum={tomorrow}").text


def test_another_municipality_is_shown_or_changed_by_nobody_here(
    bas: FlaskClient, town: Town
) -> None:
    for other in ("other", "other_burgerzaken", "outside", "a2", "regio"):
        assert bas.get(f"/organisatie/{town.units[other]}").status_code == 404
        data = {"hernoemen-name": "X", "hernoemen-on": clock.today().isoformat()}
        answer = bas.post(f"/organisatie/{town.units[other]}/hernoemen", data=data)
        assert answer.status_code == 404
    page = bas.get("/organisatie").text
    assert "Merendijk" in page and "Oosterwaard" not in page and "Basisteam" not in page


def test_the_coordinator_sees_the_tree_without_people_and_changes_nothing(
    client: FlaskClient, town: Town
) -> None:
    carlijn = sign_in(client, town, "carlijn")
    page = carlijn.get("/organisatie").text
    assert "Oosterwaard" in page and "Westerhove" in page and "persoon" not in page
    page = carlijn.get(f"/organisatie/{town.units['burgerzaken']}").text
    assert "Voeg samen" not in page


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_of_a_day_is_always_what_it_was_on_that_day(
    database: Database, town: Town, seed: int
) -> None:
    """Two years of random changes, each day's tree kept at once and asked for again later."""
    chance = random.Random(seed)
    day = TODAY - dt.timedelta(days=700)
    kept: dict[dt.date, object] = {}
    done = 0
    with database.writing() as db:
        while day < TODAY:
            units = tree_queries.open_units(db, town.municipality)
            unit, other = chance.choice(units), chance.choice(units)
            try:
                with db.begin_nested():
                    act = chance.randrange(5)
                    if act == 0:
                        tree_actions.open_unit(
                            db, parent=unit, kind=UnitKind.TEAM, name=f"T{day}", on=day, today=day
                        )
                    elif act == 1:
                        tree_actions.rename_unit(db, unit, f"N{day}", day, day)
                    elif act == 2:
                        tree_actions.move_unit(db, unit, other, day, day)
                    elif act == 3:
                        tree_actions.merge_unit(db, unit, other, day, day)
                    else:
                        tree_actions.close_unit(db, unit, day - DAY, day)
                done += 1
            except TreeRefused:
                pass
            kept[day] = tree_queries.tree_on(db, [town.municipality], day, NOWHERE)
            day += dt.timedelta(days=chance.choice([1, 3, 14]))
        assert done > 20
        for one, nodes in kept.items():
            assert tree_queries.tree_on(db, [town.municipality], one, NOWHERE) == nodes, one
        placed = db.execute(
            sa.select(Position.unit_id, Unit.closed_on)
            .join(Unit, Unit.id == Position.unit_id)
            .where(Position.until_on.is_(None), Unit.closed_on.is_not(None))
        ).all()
        assert placed == [], "nobody is left in a unit that is closed"


def test_a_backup_keeps_the_history_of_the_tree(
    database: Database, town: Town, empty_url: str, tmp_path: object
) -> None:
    from pathlib import Path

    with database.transaction() as db:
        unit = db.get_one(Unit, town.units["burgerzaken"])
        into = db.get_one(Unit, town.units["vergunningen"])
        tree_actions.rename_unit(db, unit, "Team Balie", MARCH, TODAY)
        tree_actions.merge_unit(db, unit, into, TODAY, TODAY)
        kept = tree_queries.tree_on(db, [town.municipality], MARCH - DAY, NOWHERE)
    file = Path(str(tmp_path)) / "copy.gz"
    backup.save(database, file)
    other = Database(empty_url)
    Base.metadata.create_all(other.engine)
    backup.restore(other, file)
    with other.reading() as db:
        assert tree_queries.tree_on(db, [town.municipality], MARCH - DAY, NOWHERE) == kept
        assert tree_queries.led_on(db, town.units["burgerzaken"]) == town.units["vergunningen"]
    other.dispose()
