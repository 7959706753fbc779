"""A room plays a dilemma: the desk leads, every screen follows, a vote counts once and is gone."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.meetings.hall import DILEMMA, HERE, Hall, Phone, heading_of
from tests.signing import sign_in
from tests.town import Town
from training import clock
from training.content.classes import Advice, Library
from training.db import Database
from training.meetings.live_actions import end_idle
from training.meetings.models import Meeting, MeetingRound, MeetingStand, OpenVote
from training.meetings.round_box import RoundBox
from training.meetings.rules import Step
from training.settings import Settings

EXERCISE = "Dit is een oefening, geen besluit en geen stemming van de raad."


@pytest.fixture
def hall(app: Flask, town: Town) -> Hall:
    return Hall.opened(app, town)


def rows(database: Database, table: type) -> int:
    with database.reading() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_whole_dilemma_from_waiting_to_the_end(hall: Hall, library: Library) -> None:
    dilemma = library.dilemmas[DILEMMA]
    hall.welcome(6)
    assert "6 toestellen doen mee" in hall.screen()
    hall.press(Step.START)
    assert heading_of(hall.screen()) == "De mat"
    hall.press(Step.OPEN_VOTE)
    hall.all_look()
    for number, phone in enumerate(hall.phones):
        phone.vote(0 if number < 4 else 2)
    assert "6 van 6 stemden" in hall.screen()
    assert "bijna" not in re.sub("bijna iedereen hetzelfde", "", hall.screen()), "no live figures"
    hall.press(Step.CLOSE_VOTE)
    page = hall.phones[0].look()
    assert "Wie bel jij als eerste" in page, "the question comes first"
    assert "de meeste" not in page
    hall.press(Step.SHOW_FIGURES)
    page = hall.phones[0].look()
    assert "de meeste" in page
    assert "een deel" in page
    hall.press(Step.TALK)
    hall.press(Step.OPEN_SECOND)
    hall.all_look()
    for phone in hall.phones:
        phone.vote(2)
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.SHOW_FIGURES)
    page = hall.screen()
    assert page.index("Eerste ronde") < page.index("Tweede ronde"), "side by side"
    assert "bijna iedereen" in page
    hall.press(Step.CHOOSE, keuze="2")
    assert heading_of(hall.screen()) == "Bij Karim"
    hall.press(Step.CHOOSE, keuze="0")
    for _scene in ("na-de-fractieavond", "de-tip-van-joost"):
        hall.press(Step.OPEN_VOTE)
        hall.press(Step.CLOSE_VOTE)
        hall.press(Step.SHOW_FIGURES)
        assert "minder dan vijf stemmen" in hall.screen()
        hall.press(Step.CHOOSE, keuze="0")
    hall.press(Step.CHOOSE, keuze="0")
    hall.press(Step.CHOOSE, keuze="3")
    assert heading_of(hall.screen()) == "De hele zaal staat"
    hall.press(Step.DEBRIEF)
    assert "Meld dezelfde dag bij" in hall.screen(), "where to go in real life"
    hall.press(Step.END)
    page = hall.phones[0].look()
    assert "Jullie pad" in page
    assert all(flag in page for flag in (dilemma.flags["gemeld"], dilemma.flags["aangifte"]))
    assert "Meld dezelfde dag bij" in page, "the last screen says where to go as well"
    assert EXERCISE in page


def test_advice_is_on_request_before_the_vote_and_lies_open_when_the_room_talks(
    app: Flask, town: Town, library: Library
) -> None:
    dilemma = library.dilemmas["wanneer-werkt-mevrouw-bakker"]
    hall = Hall.opened(app, town, dilemma.id, vote=[dilemma.start], second_round=[dilemma.start])
    scene = dilemma.scenes[dilemma.start]
    [counsel] = [part for part in scene.parts if isinstance(part, Advice)]
    words = str(counsel.rich.plain()).split(".")[1].strip()
    hall.welcome(1)
    hall.press(Step.START)
    asked = f"<summary>Vraag raad aan {counsel.speaker.name}</summary>"
    assert asked in hall.phones[0].look()
    assert asked in hall.screen()
    for step in (Step.OPEN_VOTE, Step.CLOSE_VOTE, Step.SHOW_FIGURES):
        hall.press(step)
        assert words not in hall.screen(), step
    hall.press(Step.TALK)
    page = hall.screen()
    assert "Wie kun je om raad vragen?" in page
    assert words in page
    assert "<summary>Vraag raad" not in page


def test_every_screen_of_a_council_says_that_it_is_an_exercise(hall: Hall) -> None:
    phone = Phone(hall.app, hall.code)
    assert EXERCISE in phone.look(), "also before joining"
    phone.join()
    for step in (Step.START, Step.OPEN_VOTE, Step.CLOSE_VOTE, Step.SHOW_FIGURES, Step.TALK):
        hall.press(step)
        for page in (phone.look(), hall.screen(), hall.look()):
            assert EXERCISE in page, step


def test_a_vote_can_be_changed_and_survives_a_refresh(hall: Hall, database: Database) -> None:
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    phone.look()
    phone.vote(0)
    assert "data-in>" in phone.look(), "it says that the vote is in"
    assert re.search(r'value="0" checked', phone.page)
    phone.vote(1)
    assert re.search(r'value="1" checked', phone.look())
    assert rows(database, OpenVote) == 1
    assert "1 van 1 stemden" in phone.page


def test_a_script_hears_that_a_vote_is_in_without_a_page(hall: Hall, database: Database) -> None:
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    assert "data-in hidden>" in phone.look()
    round_id = re.findall(r'name="ronde" value="([^"]+)"', phone.page)[0]
    data = {"ronde": round_id, "keuze": "1", "beurt": "0"}
    headers = HERE | {"Weerbaar-Script": "1"}
    answer = phone.client.post(f"/m/{hall.code}/stem", data=data, headers=headers)
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert rows(database, OpenVote) == 1


def test_the_page_that_is_made_once_never_hides_somebodys_own_vote(hall: Hall) -> None:
    """A pause raises the version while a vote is open: who voted must still see it."""
    one, other = hall.welcome(2)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    one.look()
    one.vote(1)
    version = hall.version
    for step in (Step.PAUSE, Step.RESUME):
        hall.press(step)
    fresh = other.poll(version).get_data(as_text=True)
    assert " checked" not in fresh
    assert re.search(r'value="1" checked', one.poll(version).get_data(as_text=True))
    assert " checked" not in other.poll(version).get_data(as_text=True)


def test_a_vote_that_comes_late_does_not_replace_a_later_one(hall: Hall) -> None:
    """On a bad network a first vote can arrive after the second, which was told to be in."""
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    page_of_both = phone.look()
    phone.vote(1)
    phone.page = page_of_both
    phone.vote(0)
    assert re.search(r'value="1" checked', phone.look())


def test_without_a_choice_the_page_says_what_to_do(hall: Hall) -> None:
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    phone.look()
    assert phone.vote(None).status_code == 422
    assert "Kies eerst wat je doet" in phone.page


def test_a_vote_from_an_older_page_leads_to_the_page_of_now(hall: Hall, database: Database) -> None:
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    phone.look()
    hall.press(Step.CLOSE_VOTE)
    answer = phone.vote(0)
    assert answer.status_code == 303
    assert phone.heading == "De stemming is gesloten"
    assert rows(database, OpenVote) == 0


def test_closing_counts_and_forgets_votes_and_secret(
    hall: Hall, database: Database, settings: Settings
) -> None:
    hall.welcome(5)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    hall.all_look()
    for phone in hall.phones:
        phone.vote(0)
    assert len(list((settings.box_dir / "rounds").iterdir())) == 1
    hall.press(Step.CLOSE_VOTE)
    assert rows(database, OpenVote) == 0
    with database.reading() as db:
        closed = db.scalars(sa.select(MeetingRound)).one()
        assert (closed.voted, closed.steps) == (5, None), "not in the database before it is shown"
    assert [p.name for p in (settings.box_dir / "rounds").iterdir()] == [f"{closed.id}.outcome"]
    hall.press(Step.SHOW_FIGURES)
    assert not list((settings.box_dir / "rounds").iterdir())
    with database.reading() as db:
        closed = db.scalars(sa.select(MeetingRound)).one()
        assert (closed.voted, closed.steps) == (5, [4, 0, 0])
        assert closed.majority is None, "not computed when the facilitator picks the path"


def test_a_vote_opened_again_is_a_new_empty_box(hall: Hall, database: Database) -> None:
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    phone.look()
    phone.vote(0)
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.REOPEN)
    assert "0 van 1 stemden" in hall.screen()
    assert " checked" not in phone.look()
    assert rows(database, MeetingRound) == 1


@pytest.mark.parametrize("own", [True, False])
def test_what_if_is_voted_on_from_the_file_or_typed(hall: Hall, own: bool) -> None:
    hall.welcome(5)
    for step in (Step.START, Step.OPEN_VOTE, Step.CLOSE_VOTE, Step.SHOW_FIGURES):
        hall.press(step)
    prepared = "Wat als er geen foto bij zat, alleen die ene zin?"
    assert prepared in hall.look()
    more = {"eigen": "Wat als het je buurman is?"} if own else {"wat_als": prepared}
    hall.press(Step.ASK_WHAT_IF, **more)
    hall.all_look()
    assert all(next(iter(more.values())) in phone.page for phone in hall.phones)
    for phone in hall.phones:
        phone.vote(1)
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.SHOW_FIGURES)
    assert "Wat als" in hall.screen()
    assert "bijna iedereen" in hall.screen()


def test_an_empty_what_if_is_refused_in_words(hall: Hall) -> None:
    for step in (Step.START, Step.OPEN_VOTE, Step.CLOSE_VOTE, Step.SHOW_FIGURES):
        hall.press(step)
    answer = hall.press(Step.ASK_WHAT_IF)
    assert answer.status_code == 422
    assert "Kies een wat als, of typ er zelf een." in answer.get_data(as_text=True)


def test_the_limit_of_the_law_comes_after_the_vote(app: Flask, town: Town) -> None:
    hall = Hall.opened(app, town, vote=["na-de-fractieavond"], second_round=[])
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.CHOOSE, keuze="0")
    hall.press(Step.OPEN_VOTE)
    for page in (phone.look(), hall.screen(), hall.look()):
        assert "weerbaar-limit" not in page
    hall.press(Step.CLOSE_VOTE)
    assert "weerbaar-limit" not in phone.look()
    hall.press(Step.SHOW_FIGURES)
    page = phone.look()
    assert "Vrij stemmen" in page
    assert "Gemeentewet, artikel 27" in page


def test_the_majority_picks_when_so_prepared(app: Flask, town: Town) -> None:
    hall = Hall.opened(app, town, path_by="MAJORITY", second_round=[])
    hall.welcome(5)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    hall.all_look()
    for number, phone in enumerate(hall.phones):
        phone.vote(2 if number < 3 else 0)
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.SHOW_FIGURES)
    assert "De meerderheid koos dit pad" in hall.look()
    hall.press(Step.CHOOSE, keuze="0")
    assert heading_of(hall.screen()) == "De uitkomst", "another path is refused"
    hall.press(Step.CHOOSE, keuze="2")
    assert heading_of(hall.screen()) == "Bij Karim"


def test_the_quick_form_is_one_scene_and_one_vote(app: Flask, town: Town) -> None:
    hall = Hall.opened(app, town, shape="kort")
    for step in (Step.START, Step.OPEN_VOTE, Step.CLOSE_VOTE, Step.SHOW_FIGURES, Step.DEBRIEF):
        hall.press(step)
    assert "Vragen om samen te bespreken" in hall.screen()
    hall.press(Step.END)
    assert "Jullie speelden één scène: De mat." in hall.screen()


def test_a_late_phone_sees_where_the_room_is(hall: Hall) -> None:
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    late = Phone(hall.app, hall.code)
    late.join()
    assert late.heading == "Stem: wat doe je?"
    late.vote(1)
    assert "1 van 1 stemden" in late.page


def test_polling_answers_304_until_something_changes(hall: Hall) -> None:
    phone = hall.welcome(2)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    version = hall.version
    answer = phone.poll(version)
    assert (answer.status_code, answer.headers["Weerbaar-Stand"]) == (304, "0/2")
    phone.look()
    phone.vote(0)
    answer = phone.poll(version)
    assert (answer.status_code, answer.headers["Weerbaar-Stand"]) == (304, "1/2")
    hall.press(Step.CLOSE_VOTE)
    answer = phone.poll(version)
    assert answer.status_code == 200
    assert heading_of(answer.get_data(as_text=True)) == "De stemming is gesloten"


def test_one_step_back_and_a_pause(hall: Hall) -> None:
    hall.press(Step.START)
    hall.press(Step.PAUSE)
    assert heading_of(hall.screen()) == "Pauze"
    hall.press(Step.RESUME)
    for step in (Step.OPEN_VOTE, Step.CLOSE_VOTE, Step.SHOW_FIGURES):
        hall.press(step)
    hall.press(Step.CHOOSE, keuze="1")
    assert heading_of(hall.screen()) == "Aan tafel"
    hall.press(Step.BACK)
    assert heading_of(hall.screen()) == "De uitkomst"
    hall.press(Step.CHOOSE, keuze="2")
    assert heading_of(hall.screen()) == "Bij Karim"


def test_a_button_of_an_older_desk_changes_nothing(hall: Hall) -> None:
    version = hall.version
    hall.press(Step.START)
    answer = hall.press(Step.OPEN_VOTE, version=version)
    assert answer.status_code == 303
    assert heading_of(hall.screen()) == "De mat"
    assert "al verder dan jouw pagina" in hall.look()


def test_a_restart_of_the_machine_during_a_vote_is_told(hall: Hall, settings: Settings) -> None:
    """The secret was in memory only: nobody can read the votes any more, the vote opens anew."""
    hall.welcome(5)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    hall.all_look()
    hall.phones[0].vote(0)
    for secret in (settings.box_dir / "rounds").iterdir():
        secret.unlink()
    assert hall.phones[1].vote(0).status_code == 409
    assert "Deze stemming kan niet verder" in hall.phones[1].page
    assert "Niemand kan de stemmen nog lezen" in hall.look()
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.REOPEN)
    hall.all_look()
    for phone in hall.phones:
        phone.vote(0)
    hall.press(Step.CLOSE_VOTE)
    hall.press(Step.SHOW_FIGURES)
    assert "bijna iedereen" in hall.screen()


def test_afterwards_the_code_opens_what_a_wrong_code_opens(
    hall: Hall, database: Database, client: FlaskClient
) -> None:
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    phone.look()
    phone.vote(0)
    answer = hall.desk.post(f"/bijeenkomsten/{hall.meeting_id}/sluiten")
    assert answer.status_code == 303
    wrong = "ZZZZZZ" if hall.code != "ZZZZZZ" else "YYYYYY"
    for ending in ("", "/stand?na=1", "/scherm"):
        gone, never = client.get(f"/m/{hall.code}{ending}"), client.get(f"/m/{wrong}{ending}")
        assert gone.status_code == never.status_code == 404
        assert gone.get_data() == never.get_data()
    assert rows(database, OpenVote) == rows(database, MeetingRound) == 0
    with database.reading() as db:
        assert db.scalars(sa.select(Meeting)).one().dilemma_id == DILEMMA, "what was played stays"


def test_twelve_idle_hours_end_it(hall: Hall, database: Database, settings: Settings) -> None:
    hall.welcome(1)
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    box, now = RoundBox(settings.box_dir), clock.now()
    assert end_idle(database, box, now + dt.timedelta(hours=11)) == 0
    assert end_idle(database, box, now + dt.timedelta(hours=13)) == 1
    assert hall.phones[0].client.get(f"/m/{hall.code}").status_code == 404
    assert not list((settings.box_dir / "rounds").iterdir())
    assert end_idle(database, box, now + dt.timedelta(hours=13)) == 0


def test_only_who_leads_sees_the_desk(hall: Hall, town: Town) -> None:
    for who in ("anna", "bas", "hanna", "griet", "piet"):
        other = sign_in(hall.app.test_client(), town, who)
        assert other.get(f"/bijeenkomsten/{hall.meeting_id}/leiden").status_code == 404


def test_a_made_up_token_cannot_vote(hall: Hall, database: Database) -> None:
    """Whoever writes his own cookie would otherwise vote as often as he likes, unseen."""
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    phone = hall.welcome(1)[0]
    other = Phone(hall.app, hall.code)
    other.client.set_cookie("toestel", "a" * 64, path=f"/m/{hall.code}")
    other.page = phone.page
    other.vote(0)
    assert rows(database, OpenVote) == 0
    assert heading_of(other.look()).startswith("Doe mee met")


def test_a_form_of_another_site_is_refused(hall: Hall, database: Database) -> None:
    phone = hall.welcome(1)[0]
    hall.press(Step.START)
    hall.press(Step.OPEN_VOTE)
    phone.look()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elders.example"}, {}):
        answer = phone.client.post(f"/m/{hall.code}/stem", data={"keuze": "0"}, headers=headers)
        assert answer.status_code == 400
    assert rows(database, OpenVote) == 0


def test_who_is_signed_in_elsewhere_has_no_name_here(hall: Hall, town: Town) -> None:
    browser = sign_in(hall.app.test_client(), town, "anna")
    for address in ("/m", f"/m/{hall.code}", f"/m/{hall.code}/scherm"):
        page = browser.get(address).get_data(as_text=True)
        assert "Anna" not in page
        assert "Uitloggen" not in page


def test_the_code_is_typed_as_it_is_read_aloud(hall: Hall, client: FlaskClient) -> None:
    typed = f" {hall.code[:3].lower()} {hall.code[3:].lower()} "
    answer = client.post("/m", data={"code": typed}, headers=HERE)
    assert answer.location == f"/m/{hall.code}"
    assert client.post("/m", data={"code": "AB"}, headers=HERE).status_code == 422


def test_preparing_refuses_a_second_round_without_a_first(app: Flask, town: Town) -> None:
    desk = sign_in(app.test_client(), town, "fatma")
    answer = desk.post(
        f"/bijeenkomsten/dilemma/{DILEMMA}",
        data={
            "unit": str(town.units["raad"]),
            "shape": "heel",
            "vote": ["de-mat"],
            "second_round": ["de-stemming"],
            "path_by": "FACILITATOR",
        },
    )
    assert answer.status_code == 422
    assert "alleen bij een scène met een stemming" in answer.get_data(as_text=True)


def test_a_unit_out_of_reach_cannot_be_chosen(app: Flask, town: Town, database: Database) -> None:
    desk = sign_in(app.test_client(), town, "fatma")
    data = {"unit": str(town.units["other_raad"]), "shape": "kort", "path_by": "FACILITATOR"}
    assert desk.post(f"/bijeenkomsten/dilemma/{DILEMMA}", data=data).status_code == 422
    assert rows(database, MeetingStand) == 0


def test_a_waiting_phone_outlives_a_restart_of_the_database(hall: Hall, database: Database) -> None:
    phone, version = hall.welcome(1)[0], hall.version
    assert phone.poll(version).status_code == 304
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
    assert phone.poll(version).status_code == 304


@pytest.mark.parametrize("odd", ["²", "-1", "9" * 5000, "x", ""])
def test_odd_numbers_from_a_desk_change_nothing(hall: Hall, odd: str) -> None:
    before = hall.version
    for data in ({"stand": odd}, {"stand": str(before), "keuze": odd}):
        answer = hall.desk.post(
            f"/bijeenkomsten/{hall.meeting_id}/leiden", data={"stap": "CHOOSE", **data}
        )
        assert answer.status_code in {303, 422}
    assert hall.version == before


def test_the_address_of_a_vote_opened_by_hand_is_the_room(hall: Hall) -> None:
    answer = hall.app.test_client().get(f"/m/{hall.code}/stem")
    assert (answer.status_code, answer.location) == (303, f"/m/{hall.code}")


def test_who_goes_back_and_prepares_again_keeps_the_room(hall: Hall, database: Database) -> None:
    phone = hall.welcome(1)[0]
    again = Hall.opened(hall.app, hall.town, vote=["na-de-fractieavond"], second_round=[])
    assert (again.meeting_id, again.code) == (hall.meeting_id, hall.code)
    assert phone.look()
    assert "Blijf op deze pagina" in phone.page, "and it is still in"
    hall.press(Step.START)
    assert "Open de stemming" not in hall.look(), "the new plan counts"
    other = Hall.opened(hall.app, hall.town)
    assert other.meeting_id != hall.meeting_id, "what has begun is not begun again"
    with database.reading() as db:
        assert len(db.scalars(sa.select(Meeting)).all()) == 2


def test_a_dilemma_that_runs_is_not_stopped_without_a_warning(hall: Hall) -> None:
    address = f"/bijeenkomsten/dilemma/het-geheime-stuk?bijeenkomst={hall.meeting_id}"
    page = hall.desk.get(address).get_data(as_text=True)
    assert "al een dilemma bezig" in page
    hall.desk.post(f"/bijeenkomsten/{hall.meeting_id}/sluiten")
    assert "al een dilemma bezig" not in hall.desk.get(address).get_data(as_text=True)
