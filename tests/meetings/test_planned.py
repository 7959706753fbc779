"""A meeting is planned, people come or do not, and being there becomes evidence, once."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from werkzeug.http import parse_options_header

from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.assignments import actions as duties
from training.assignments.models import Cycle
from training.assignments.rules import Policy
from training.audit.models import Action, AuditEntry, AuditSubject
from training.content.classes import ContentKind
from training.db import Database
from training.evidence.models import Evidence, Source
from training.identity.models import RoleGrant
from training.identity.rules import Role
from training.mail.models import OutboxMessage
from training.meetings import planning_rules
from training.meetings.models import Attendance, Invitation, Meeting
from training.meetings.planned_letters import remind
from training.meetings.planned_queries import MOST_INVITED
from training.meetings.planning_rules import Invited, Presence
from training.people.models import Person, Position
from training.people.rules import PositionKind
from training.settings import Settings


def in_a_month() -> str:
    return (clock.today() + dt.timedelta(days=30)).isoformat()


@pytest.fixture
def fatma(app: Flask, town: Town) -> FlaskClient:
    return sign_in(app.test_client(), town, "fatma")


def plan(desk: FlaskClient, town: Town, unit: str = "merendijk", **more: object) -> str:
    """Plans a meeting in thirty days; its id."""
    data: dict[str, object] = {
        "title": "Signalen herkennen",
        "kind": "training-signalen",
        "unit": str(town.units[unit]),
        "day": in_a_month(),
        "starts": "14:00",
        "ends": "16:00",
        "place": "Gemeentehuis, zaal 2",
    } | more
    answer = desk.post("/bijeenkomsten/nieuw", data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location.split("/")[-1])


def key_of(town: Town, short: str, municipality: str = "merendijk") -> str:
    return f"{town.units[municipality]}.{town.persons[short]}"


def invite(desk: FlaskClient, meeting: str, *keys: str, **more: object) -> None:
    data = {"persoon": list(keys)} | more
    assert desk.post(f"/bijeenkomsten/{meeting}/uitnodigen", data=data).status_code == 303


def hold(database: Database, meeting: str, ago: dt.timedelta = dt.timedelta(hours=1)) -> None:
    """Lets the meeting have begun a while ago."""
    with database.transaction() as db:
        row = db.get_one(Meeting, uuid.UUID(meeting))
        row.starts_at = clock.now() - ago
        row.ends_at = row.starts_at + dt.timedelta(hours=2)


def proofs(database: Database, town: Town, short: str) -> list[Evidence]:
    with database.reading() as db:
        query = sa.select(Evidence).where(Evidence.person_id == town.persons[short])
        return list(db.scalars(query.order_by(Evidence.content_id)))


def mails(database: Database, words: str = "") -> list[OutboxMessage]:
    with database.reading() as db:
        found = db.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.written_at))
        return [mail for mail in found if words in mail.subject]


def test_an_audience_and_a_name_are_invited_and_hear_of_it(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, audiences=["baliemedewerkers"])
    invite(fatma, meeting, key_of(town, "vera"), key_of(town, "vera"))
    page = fatma.get(f"/bijeenkomsten/{meeting}").get_data(as_text=True)
    assert "Anna de Vries" in page
    assert "Vera Kok" in page
    assert "2 nog niet geantwoord" in page
    told = {mail.to_address for mail in mails(database, "Uitnodiging")}
    assert told == {"anna@merendijk.example", "vera@merendijk.example"}
    body = mails(database, "Uitnodiging")[0].text or ""
    assert f"/mijn-bijeenkomsten/{meeting}" in body
    assert "van 14.00 tot 16.00 uur" in body


def test_more_people_than_fit_in_one_invitation_are_refused_in_words(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    """Two thousand may come; nobody is left out in silence."""
    meeting, today = plan(fatma, town), clock.today()
    key = {"municipality_id": town.units["merendijk"]}
    ids = [uuid.uuid4() for _ in range(MOST_INVITED)]
    with database.transaction() as db:
        db.execute(
            sa.insert(Person),
            [
                key | {"id": one, "given_name": "Kees", "family_name": "Post", "joined_on": today}
                for one in ids
            ],
        )
        job = {"unit_id": town.units["burgerzaken"], "job_title": "Medewerker burgerzaken"}
        job |= {"kind": PositionKind.EMPLOYEE, "from_on": today, "recorded_on": today}
        db.execute(sa.insert(Position), [key | job | {"person_id": one} for one in ids])
    answer = fatma.post(
        f"/bijeenkomsten/{meeting}/uitnodigen",
        data={"audiences": ["baliemedewerkers"]},
        follow_redirects=True,
    )
    assert "meer dan 2.000 mensen" in answer.get_data(as_text=True)
    with database.reading() as db:
        assert db.scalars(sa.select(Invitation)).all() == []


def test_nobody_of_another_municipality_can_be_invited_or_found(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "other_anna", "other"))
    with database.reading() as db:
        assert db.scalars(sa.select(Invitation)).all() == []
    page = fatma.get(f"/bijeenkomsten/{meeting}/uitnodigen?zoek=Anna+Vries").get_data(as_text=True)
    assert page.count('name="persoon"') == 1
    assert (
        fatma.post("/bijeenkomsten/nieuw", data={"unit": str(town.units["a2"])}).status_code == 422
    )


def test_who_sees_names_is_in_the_log(fatma: FlaskClient, town: Town, database: Database) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    fatma.get(f"/bijeenkomsten/{meeting}")
    with database.reading() as db:
        looked = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == Action.LOOKED)).all()
        seen = db.scalars(sa.select(AuditSubject.person_id)).all()
    assert "uitnodigingen van een bijeenkomst" in {entry.what for entry in looked}
    assert town.persons["vera"] in seen


def test_places_a_waiting_list_and_the_place_that_comes_free(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town, places="1")
    invite(fatma, meeting, *(key_of(town, short) for short in ("anna", "vera", "theo")))
    own = f"/mijn-bijeenkomsten/{meeting}"
    people = {short: sign_in(app.test_client(), town, short) for short in ("anna", "vera", "theo")}
    for client in people.values():
        assert client.post(f"{own}/aanmelden").status_code == 303
    assert "Jouw antwoord" in people["anna"].get(own).get_data(as_text=True)
    assert "op de wachtlijst" in people["vera"].get(own).get_data(as_text=True)
    people["anna"].post(f"{own}/afmelden")
    assert "aangemeld" in people["vera"].get(own).get_data(as_text=True)
    assert "op de wachtlijst" in people["theo"].get(own).get_data(as_text=True)
    assert [mail.to_address for mail in mails(database, "Je hebt een plek")] == [
        "vera@merendijk.example"
    ]
    data = {"title": "Signalen herkennen", "kind": "training-signalen", "places": "5"}
    data |= {"unit": str(town.municipality), "day": in_a_month()}
    fatma.post(
        f"/bijeenkomsten/{meeting}/wijzigen", data=data | {"starts": "14:00", "ends": "16:00"}
    )
    assert "aangemeld" in people["theo"].get(own).get_data(as_text=True)


def test_a_moved_and_a_cancelled_meeting_move_in_the_calendar(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    vera = sign_in(app.test_client(), town, "vera")

    def entry() -> tuple[str, int, str, int]:
        answer = vera.get(f"/mijn-bijeenkomsten/{meeting}/agenda.ics")
        found = Calendar.from_ical(answer.get_data()).walk("VEVENT")[0]
        assert clock.now() - found["DTSTAMP"].dt < dt.timedelta(minutes=5), "as it is now"
        return str(found["UID"]), int(found["SEQUENCE"]), str(found["STATUS"]), found.start.hour

    first = entry()
    assert first[1:] == (0, "CONFIRMED", 14)
    data = {
        "title": "Signalen herkennen",
        "kind": "training-signalen",
        "unit": str(town.municipality),
        "day": in_a_month(),
        "starts": "15:00",
        "ends": "17:00",
        "place": "Gemeentehuis, zaal 2",
    }
    fatma.post(f"/bijeenkomsten/{meeting}/wijzigen", data=data)
    assert entry() == (first[0], 1, "CONFIRMED", 15)
    assert len(mails(database, "Gewijzigd")) == 1
    fatma.post(f"/bijeenkomsten/{meeting}/wijzigen", data=data)
    assert entry()[1] == 1, "nothing changed, so nothing is told"
    fatma.post(f"/bijeenkomsten/{meeting}/vervalt")
    assert entry()[:3] == (first[0], 2, "CANCELLED")
    assert len(mails(database, "Gaat niet door")) == 1
    assert vera.post(f"/mijn-bijeenkomsten/{meeting}/aanmelden").status_code == 409


def test_who_signed_up_is_reminded_once(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"), key_of(town, "anna"))
    sign_in(app.test_client(), town, "vera").post(f"/mijn-bijeenkomsten/{meeting}/aanmelden")
    for days, new in ((10, 0), (1, 1), (1, 0)):
        with database.transaction() as db:
            row = db.get_one(Meeting, uuid.UUID(meeting))
            assert remind(db, "https://x.example", row.starts_at - dt.timedelta(days=days)) == new
    assert [m.to_address for m in mails(database, "Binnenkort")] == ["vera@merendijk.example"]


def tick(desk: FlaskClient, meeting: str, **presence: str) -> None:
    assert desk.post(f"/bijeenkomsten/{meeting}/aanwezig", data=presence).status_code == 303


def test_being_there_becomes_evidence_once_and_can_be_taken_back_for_a_day(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"), key_of(town, "anna"))
    address = f"/bijeenkomsten/{meeting}"
    assert fatma.post(f"{address}/vastleggen").status_code == 409, "it has not been held yet"
    hold(database, meeting)
    tick(
        fatma,
        meeting,
        **{
            f"p-{key_of(town, 'vera')}": "PRESENT",
            f"p-{key_of(town, 'anna')}": "EXCUSED",
            "guests": "3",
        },
    )
    for _ in range(2):
        fatma.post(f"{address}/vastleggen")
    found = proofs(database, town, "vera")
    assert [(p.content_kind, p.content_id, p.source) for p in found] == [
        (ContentKind.MEETING, "training-signalen", Source.MEETING)
    ]
    assert proofs(database, town, "anna") == []
    tick(fatma, meeting, **{f"p-{key_of(town, 'vera')}": "", "guests": "3"})
    with database.reading() as db:
        assert db.scalars(sa.select(Attendance.presence).order_by(Attendance.presence)).all()
        assert db.scalars(sa.select(Meeting.guests)).one() == 3
    assert fatma.post(f"{address}/terugdraaien").status_code == 303
    assert proofs(database, town, "vera") == []
    fatma.post(f"{address}/vastleggen")
    with database.transaction() as db:
        row = db.get_one(Meeting, uuid.UUID(meeting))
        row.settled_at = clock.now() - dt.timedelta(days=1, minutes=1)
    assert fatma.post(f"{address}/terugdraaien").status_code == 409
    assert len(proofs(database, town, "vera")) == 1


def test_the_dilemma_that_was_played_counts_too(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town, unit="raad", kind="dilemmasessie-raad")
    invite(fatma, meeting, key_of(town, "rachid"))
    prepared = {"unit": str(town.units["raad"]), "shape": "kort", "path_by": "FACILITATOR"}
    answer = fatma.post(
        f"/bijeenkomsten/dilemma/de-brief-op-de-mat?bijeenkomst={meeting}", data=prepared
    )
    assert answer.location == f"/bijeenkomsten/{meeting}/leiden"
    hold(database, meeting)
    tick(fatma, meeting, **{f"p-{key_of(town, 'rachid')}": "PRESENT"})
    fatma.post(f"/bijeenkomsten/{meeting}/vastleggen")
    found = {(p.content_kind.name, p.content_id) for p in proofs(database, town, "rachid")}
    assert found == {("DILEMMA", "de-brief-op-de-mat"), ("MEETING", "dilemmasessie-raad")}


def test_taking_back_leaves_what_somebody_did_alone(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    from training.evidence.actions import record

    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    hold(database, meeting)
    with database.transaction() as db:
        record(
            db,
            municipality_id=town.municipality,
            person_id=town.persons["vera"],
            unit_id=town.units["vergunningen"],
            kind=ContentKind.MEETING,
            content_id="training-signalen",
            version=1,
            completed_on=clock.today(),
        )
    tick(fatma, meeting, **{f"p-{key_of(town, 'vera')}": "PRESENT"})
    fatma.post(f"/bijeenkomsten/{meeting}/vastleggen")
    assert len(proofs(database, town, "vera")) == 2
    fatma.post(f"/bijeenkomsten/{meeting}/terugdraaien")
    assert [p.source for p in proofs(database, town, "vera")] == [Source.ONLINE]


def test_a_meeting_of_several_municipalities(app: Flask, town: Town, database: Database) -> None:
    """Names until a week after; evidence lands with each person's own municipality."""
    with database.transaction() as db:
        db.add(
            RoleGrant(
                account_id=town.accounts["fatma"],
                role=Role.FACILITATOR,
                unit_id=town.units["a2"],
                from_on=dt.date(2026, 9, 1),
            )
        )
    fatma = sign_in(app.test_client(), town, "fatma")
    meeting = plan(fatma, town, unit="a2")
    invite(fatma, meeting, key_of(town, "anna"), key_of(town, "other_anna", "other"))
    assert fatma.get(f"/bijeenkomsten/{meeting}").get_data(as_text=True).count("Anna de Vries") == 2
    hold(database, meeting)
    present = {
        f"p-{key_of(town, 'anna')}": "PRESENT",
        f"p-{key_of(town, 'other_anna', 'other')}": "PRESENT",
    }
    tick(fatma, meeting, **present)
    fatma.post(f"/bijeenkomsten/{meeting}/vastleggen")
    for short, municipality in (("anna", "merendijk"), ("other_anna", "other")):
        assert [p.municipality_id for p in proofs(database, town, short)] == [
            town.units[municipality]
        ]
    with database.reading() as db:
        query = sa.select(AuditEntry.municipality_id).where(
            AuditEntry.action == Action.RECORDED_ATTENDANCE
        )
        assert set(db.scalars(query)) == {town.units["merendijk"], town.units["other"]}
    hold(database, meeting, dt.timedelta(days=8))
    page = fatma.get(f"/bijeenkomsten/{meeting}").get_data(as_text=True)
    assert "Anna de Vries" not in page
    assert "tot een week erna" in page
    for path in ("aanwezig", "lijst", "plakken", "uitnodigen"):
        assert fatma.get(f"/bijeenkomsten/{meeting}/{path}").status_code == 404


def test_who_is_there_checks_in_with_the_code_of_this_minute(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    vera, other = (sign_in(app.test_client(), town, who) for who in ("vera", "other_anna"))
    own = f"/mijn-bijeenkomsten/{meeting}/ben-er"
    assert vera.get(own).status_code == 409, "not before the day"
    hold(database, meeting)
    page = fatma.get(f"/bijeenkomsten/{meeting}/inchecken").get_data(as_text=True)
    found = re.search(r'screen__code">(\w+)<', page)
    assert found
    assert other.get(own).status_code == 404, "of another municipality"
    assert vera.post(own, data={"code": "AAAAA"}).status_code == 422
    assert vera.post(own, data={"code": found[1].lower()}).status_code == 303
    with database.reading() as db:
        row = db.scalars(sa.select(Attendance)).one()
        assert (row.person_id, row.presence) == (town.persons["vera"], Presence.PRESENT)


def test_check_in_codes_change_each_minute_and_cannot_be_guessed(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    now, meeting_id = clock.now(), uuid.uuid4()
    code = planning_rules.check_in_code("key", meeting_id, now)
    later = now + dt.timedelta(minutes=5)
    assert planning_rules.check_in_code("key", meeting_id, later) != code
    assert planning_rules.is_check_in_code("key", meeting_id, code, now + dt.timedelta(minutes=2))
    assert not planning_rules.is_check_in_code("key", meeting_id, code, later)
    assert not planning_rules.is_check_in_code("key", uuid.uuid4(), code, now)
    meeting = plan(fatma, town)
    hold(database, meeting)
    vera = sign_in(app.test_client(), town, "vera")
    for _ in range(11):
        answer = vera.post(f"/mijn-bijeenkomsten/{meeting}/ben-er", data={"code": "AAAAA"})
    assert "Dit lukte te vaak niet" in answer.get_data(as_text=True)


def test_pasted_names_and_numbers_are_shown_before_they_count(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    hold(database, meeting)
    text = "vries, anna de\n1003\nYilmaz, Fatma\n1002 Theo Smit\nJan Onbekend\n\nVera Kok"
    page = fatma.post(f"/bijeenkomsten/{meeting}/plakken", data={"lines": text}).get_data(
        as_text=True
    )
    assert "4 gevonden, 1 niet." in page
    assert "Jan Onbekend: niet gevonden" in page
    with database.reading() as db:
        assert db.scalars(sa.select(Attendance)).all() == [], "nothing before it is confirmed"
    keys = re.findall(r'name="persoon" value="([^"]+)"', page)
    fatma.post(f"/bijeenkomsten/{meeting}/plakken/bewaar", data={"persoon": keys})
    with database.reading() as db:
        assert len(db.scalars(sa.select(Attendance)).all()) == 4


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Anna de Vries", "SEVERAL"),
        ("1001", "ONE"),
        ("Çelik", "NOBODY"),
        ("celik yusuf", "ONE"),
        ("Anna de Vries 1001", "ONE"),
        ("Anna de Vries 9999", "NOBODY"),
    ],
)
def test_a_line_means_one_person_or_is_left_to_the_reader(line: str, found: str) -> None:
    home = uuid.uuid4()
    people = [
        planning_rules.Candidate((home, uuid.uuid4()), "Anna de Vries", "1001"),
        planning_rules.Candidate((home, uuid.uuid4()), "Anna de Vries", "1002"),
        planning_rules.Candidate((home, uuid.uuid4()), "Yusuf Çelik", None),
    ]
    assert planning_rules.match_lines(line, people)[0].found.name == found


def test_materials_are_for_who_is_invited(app: Flask, fatma: FlaskClient, town: Town) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    address = f"/bijeenkomsten/{meeting}/materiaal"
    fatma.post(address, data={"file": (io.BytesIO(b"%PDF-1.7"), "kaart.pdf")})
    fatma.post(address, data={"file": (io.BytesIO(b"<script>"), "kwaad.html")})
    vera, theo = (sign_in(app.test_client(), town, who) for who in ("vera", "theo"))
    page = vera.get(f"/mijn-bijeenkomsten/{meeting}").get_data(as_text=True)
    assert "kaart.pdf" in page
    assert "kwaad.html" not in page
    link = re.search(r'href="([^"]+/materiaal/[^"]+)"', page)
    assert link
    answer = vera.get(link[1])
    assert answer.get_data() == b"%PDF-1.7"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert theo.get(link[1]).status_code == 404


def test_the_paper_list_has_names_and_a_code_to_scan(fatma: FlaskClient, town: Town) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    page = fatma.get(f"/bijeenkomsten/{meeting}/lijst").get_data(as_text=True)
    assert "Vera Kok" in page
    assert 'role="img"' in page


def test_another_facilitator_does_not_find_the_meeting(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    with database.transaction() as db:
        db.add(
            RoleGrant(
                account_id=town.accounts["theo"],
                role=Role.FACILITATOR,
                unit_id=town.municipality,
                from_on=dt.date(2026, 9, 1),
            )
        )
    theo = sign_in(app.test_client(), town, "theo")
    for path in ("", "/aanwezig", "/wijzigen", "/lijst", "/inchecken", "/agenda.ics"):
        assert theo.get(f"/bijeenkomsten/{meeting}{path}").status_code == 404
    assert (
        sign_in(app.test_client(), town, "anna").get(f"/mijn-bijeenkomsten/{meeting}").status_code
        == 404
    )


def test_presence_and_vote_share_nothing(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    """No column of attendance or invitation is in a vote, a round or a stand but the meeting's id,
    which is the room's and nobody's; and a phone's token is nobody's account."""
    from training.meetings.models import MeetingRound, OpenVote

    personal = {"municipality_id", "person_id", "account_id", "facilitator_id"}
    for table in (OpenVote, MeetingRound):
        assert not personal & set(table.__table__.columns.keys())
    assert "meeting_id" not in OpenVote.__table__.columns
    assert not OpenVote.__table__.foreign_keys
    times = [c.name for c in Attendance.__table__.columns if c.name.endswith("_at")]
    assert times == []
    assert Invited.SIGNED_UP.value == "aangemeld"


def test_mail_holds_no_other_names(
    fatma: FlaskClient, town: Town, database: Database, settings: Settings
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"), key_of(town, "anna"))
    for mail in mails(database, "Uitnodiging"):
        mine, theirs = ("Vera", "Anna") if "vera" in mail.to_address else ("Anna", "Vera")
        assert mine in (mail.text or "")
        assert theirs not in (mail.text or "")


def test_a_meeting_asks_no_more_for_more_guests(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    from tests.house.test_query_counts import counted

    meeting = plan(fatma, town)
    pages = ("", "/aanwezig", "/lijst")
    invite(fatma, meeting, key_of(town, "vera"))
    few = {}
    for page in pages:
        with counted(database) as asked:
            assert fatma.get(f"/bijeenkomsten/{meeting}{page}").status_code == 200
        few[page] = len(asked)
    invite(fatma, meeting, audiences=["alle-medewerkers", "raadsleden", "college", "mt"])
    for page in pages:
        with counted(database) as asked:
            assert "Anna de Vries" in fatma.get(f"/bijeenkomsten/{meeting}{page}").get_data(True)
        assert len(asked) <= few[page]


def test_a_second_dilemma_in_one_meeting_takes_the_place_of_the_first(
    fatma: FlaskClient, town: Town, database: Database, settings: Settings
) -> None:
    from training.meetings.models import MeetingRound, MeetingStand, OpenVote
    from training.meetings.rules import Step

    meeting = plan(fatma, town, unit="raad", kind="dilemmasessie-raad")
    prepared = {"unit": str(town.units["raad"]), "shape": "kort", "path_by": "FACILITATOR"}
    codes = []
    for slug in ("de-brief-op-de-mat", "het-geheime-stuk"):
        address = f"/bijeenkomsten/dilemma/{slug}?bijeenkomst={meeting}"
        assert fatma.post(address, data=prepared).status_code == 303
        with database.reading() as db:
            stand = db.scalars(sa.select(MeetingStand)).one()
            codes.append(stand.code)
            assert (stand.dilemma_id, stand.version, stand.path) == (slug, 1, [])
            assert db.scalars(sa.select(OpenVote)).all() == []
        assert not list(settings.box_dir.rglob("rounds/*")), "the first vote's secret is gone"
        for version, step in enumerate((Step.START, Step.OPEN_VOTE), 1):
            data = {"stap": step.name, "stand": str(version)}
            fatma.post(f"/bijeenkomsten/{meeting}/leiden", data=data)
        with database.reading() as db:
            assert len(db.scalars(sa.select(MeetingRound)).all()) == 1
    assert codes[0] != codes[1]
    assert fatma.get(f"/m/{codes[0]}").status_code == 404
    assert fatma.get(f"/m/{codes[1]}").status_code == 200


def test_taking_back_opens_the_duty_again(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    with database.transaction() as db:
        duties.make_duty(
            db,
            unit_id=town.units["a2"],
            title="Signalen",
            contents=[(ContentKind.MEETING, "training-signalen")],
            audiences=["alle-medewerkers"],
            policy=Policy(1, clock.today() - dt.timedelta(days=30)),
        )
        duties.open_cycles(db, clock.today())

    def done_on() -> list[object]:
        with database.reading() as db:
            query = sa.select(Cycle).where(Cycle.person_id == town.persons["vera"])
            return [cycle.fulfilled_on for cycle in db.scalars(query)]

    assert done_on() == [None]
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    hold(database, meeting)
    tick(fatma, meeting, **{f"p-{key_of(town, 'vera')}": "PRESENT"})
    fatma.post(f"/bijeenkomsten/{meeting}/vastleggen")
    assert done_on() == [clock.today()]
    fatma.post(f"/bijeenkomsten/{meeting}/terugdraaien")
    assert done_on() == [None]


def test_a_list_that_lay_open_changes_only_what_was_ticked_on_it(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"), key_of(town, "anna"))
    hold(database, meeting)
    page = fatma.get(f"/bijeenkomsten/{meeting}/aanwezig").get_data(as_text=True)
    sent = dict(re.findall(r'name="(w-[^"]+)" value="([^"]*)"', page))
    assert set(sent.values()) == {""}
    tick(fatma, meeting, **{f"p-{key_of(town, 'vera')}": "PRESENT"})  # meanwhile, on a tablet
    sent |= {f"p-{key_of(town, 'vera')}": "", f"p-{key_of(town, 'anna')}": "EXCUSED"}
    tick(fatma, meeting, **sent)
    with database.reading() as db:
        found = {row.person_id: row.presence for row in db.scalars(sa.select(Attendance))}
    assert found == {
        town.persons["vera"]: Presence.PRESENT,
        town.persons["anna"]: Presence.EXCUSED,
    }


def test_what_became_final_stays_when_others_are_recorded_later(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"), key_of(town, "anna"))
    hold(database, meeting)
    for short in ("vera", "anna"):
        tick(fatma, meeting, **{f"p-{key_of(town, short)}": "PRESENT"})
        fatma.post(f"/bijeenkomsten/{meeting}/vastleggen")
        if short == "vera":
            with database.transaction() as db:
                row = db.get_one(Meeting, uuid.UUID(meeting))
                row.settled_at = clock.now() - dt.timedelta(days=1, minutes=1)
    assert fatma.post(f"/bijeenkomsten/{meeting}/terugdraaien").status_code == 303
    assert len(proofs(database, town, "vera")) == 1
    assert proofs(database, town, "anna") == []


@pytest.mark.parametrize("typed", ["éééé", "²²²²²", "🙂", "  ", "ＡＢＣＤＥ"])
def test_any_signs_can_be_typed_as_a_check_in_code(
    app: Flask, fatma: FlaskClient, town: Town, database: Database, typed: str
) -> None:
    meeting = plan(fatma, town)
    hold(database, meeting)
    vera = sign_in(app.test_client(), town, "vera")
    answer = vera.post(f"/mijn-bijeenkomsten/{meeting}/ben-er", data={"code": typed})
    assert answer.status_code == 422
    assert "op het scherm" in answer.get_data(as_text=True)


def test_after_ten_wrong_codes_the_right_one_does_not_help(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    hold(database, meeting)
    vera, anna = (sign_in(app.test_client(), town, who) for who in ("vera", "anna"))
    own = f"/mijn-bijeenkomsten/{meeting}/ben-er"
    for _ in range(10):
        assert vera.post(own, data={"code": "AAAAA"}).status_code == 422
    page = fatma.get(f"/bijeenkomsten/{meeting}/inchecken").get_data(as_text=True)
    found = re.search(r'screen__code">(\w+)<', page)
    assert found
    answer = vera.post(own, data={"code": found[1]})
    assert answer.status_code == 422
    assert "Vraag de gespreksleider" in answer.get_data(as_text=True)
    assert anna.post(own, data={"code": found[1]}).status_code == 303, "others are not held up"


def test_who_comes_too_early_reads_when_checking_in_begins(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    vera = sign_in(app.test_client(), town, "vera")
    own = f"/mijn-bijeenkomsten/{meeting}/ben-er"
    assert "vanaf drie kwartier voor het begin" in vera.get(own).get_data(as_text=True)
    desk = fatma.get(f"/bijeenkomsten/{meeting}/aanwezig").get_data(as_text=True)
    assert "Dit kan zodra de bijeenkomst is begonnen." in desk
    assert "Leg het bewijs vast" not in desk
    hold(database, meeting)
    assert "Leg het bewijs vast" in fatma.get(f"/bijeenkomsten/{meeting}/aanwezig").get_data(True)
    fatma.post(f"/bijeenkomsten/{meeting}/vervalt")
    answer = vera.get(own)
    assert (answer.status_code, "gaat niet door" in answer.get_data(as_text=True)) == (409, True)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("privé “kaart”.pdf", "privé “kaart”.pdf"),
        ("foto.JPEG", "foto.JPEG"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("../../kaart.pdf", "kaart.pdf"),
    ],
)
def test_a_file_keeps_its_name(fatma: FlaskClient, town: Town, name: str, kept: str) -> None:
    meeting = plan(fatma, town)
    file = {"file": (io.BytesIO(b"%PDF-1.7"), name)}
    fatma.post(f"/bijeenkomsten/{meeting}/materiaal", data=file)
    page = fatma.get(f"/bijeenkomsten/{meeting}").get_data(as_text=True)
    link = re.search(r'href="([^"]+/materiaal/[^"]+)"', page)
    assert link
    header = fatma.get(link[1]).headers["Content-Disposition"]
    assert parse_options_header(header) == ("attachment", {"filename": kept})


def test_pressing_without_choosing_says_what_to_do(
    fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    hold(database, meeting)
    for path, words in (
        ("uitnodigen", "Kies eerst een doelgroep"),
        ("plakken/bewaar", "Er is niemand gekozen."),
        ("vastleggen", "Er is niets nieuws vast te leggen."),
    ):
        answer = fatma.post(f"/bijeenkomsten/{meeting}/{path}", follow_redirects=True)
        assert words in answer.get_data(as_text=True)
    assert mails(database) == []


def test_more_places_are_told_only_to_who_gets_one(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town, places="1")
    invite(fatma, meeting, *(key_of(town, short) for short in ("anna", "vera")))
    for short in ("anna", "vera"):
        client = sign_in(app.test_client(), town, short)
        client.post(f"/mijn-bijeenkomsten/{meeting}/aanmelden")
    data = {"title": "Signalen herkennen", "kind": "training-signalen", "places": "2"}
    data |= {"unit": str(town.municipality), "day": in_a_month()}
    data |= {"starts": "14:00", "ends": "16:00", "place": "Gemeentehuis, zaal 2"}
    fatma.post(f"/bijeenkomsten/{meeting}/wijzigen", data=data)
    assert mails(database, "Gewijzigd") == []
    assert [m.to_address for m in mails(database, "Je hebt een plek")] == ["vera@merendijk.example"]
    with database.reading() as db:
        assert db.scalars(sa.select(Meeting.sequence)).one() == 0


def test_who_leads_elsewhere_now_no_longer_sees_the_names_here(
    app: Flask, fatma: FlaskClient, town: Town, database: Database
) -> None:
    meeting = plan(fatma, town)
    invite(fatma, meeting, key_of(town, "vera"))
    begun = fatma.post(
        "/bijeenkomsten/dilemma/de-brief-op-de-mat",
        data={"unit": str(town.units["raad"]), "shape": "heel", "vote": ["de-mat"]}
        | {"path_by": "FACILITATOR", "council": "y"},
    ).location
    assert fatma.get(begun).status_code == 200
    with database.transaction() as db:
        query = sa.select(RoleGrant).where(
            RoleGrant.account_id == town.accounts["fatma"], RoleGrant.role == Role.FACILITATOR
        )
        for grant in db.scalars(query):
            grant.unit_id = town.units["other"]
    again = sign_in(app.test_client(), town, "fatma")
    assert again.get("/bijeenkomsten").status_code == 200, "she still leads meetings"
    for path in ("", "/aanwezig", "/lijst", "/uitnodigen?zoek=a", "/plakken", "/inchecken"):
        assert again.get(f"/bijeenkomsten/{meeting}{path}").status_code == 404, path
    assert again.get(begun).status_code == 404, "nor the desk of a dilemma that runs"
    assert (
        again.get(f"/bijeenkomsten/dilemma/het-geheime-stuk?bijeenkomst={meeting}").status_code
        == 404
    )
