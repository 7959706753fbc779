"""Every route as every role: the doors are one table, and what is not yours is not there."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training.access import Permission
from training.content.classes import Library
from training.web.doors import permissions_of

PEOPLE = (
    "anna",
    "theo",
    "vera",
    "fatma",
    "sjoerd",
    "hanna",
    "griet",
    "piet",
    "bas",
    "carlijn",
    "rachid",
)
LEARNERS = frozenset(PEOPLE) - {"carlijn"}
ALL, NOBODY = frozenset(PEOPLE), frozenset[str]()
NAMES = frozenset({"theo", "sjoerd", "hanna", "griet"})
READ_PERSONS = frozenset({"hanna", "griet", "piet", "bas"})
FACILITATORS = frozenset({"fatma"})
MANAGE_PERSONS = READ_PERSONS - {"piet"}
EXPORTERS = frozenset({"hanna", "griet"})
COUNTS = NAMES | {"piet", "bas", "carlijn"}
DECIDERS = frozenset({"hanna", "griet", "sjoerd"})
DESK = frozenset({"hanna", "griet", "bas", "carlijn"})

# endpoint → who may enter; None: everybody, also without an account
TABLE: dict[str, frozenset[str] | None] = {
    "static": None, "livez": None, "readyz": None,
    "web.show_components": None, "look.show_sheet": None, "look.show_logo": None, "content.show_picture": None,
    "home.show_start": None, "retention.show_privacy": None, "home.show_accessibility": None,
    "open_learning.show_open_module": None, "open_learning.check_open_module": None,
    "open_pages.show_open": None, "open_pages.show_theme": None,
    "open_pages.show_open_figures": COUNTS,
    "open_dilemmas.show_open_dilemma": None, "open_dilemmas.play_open_dilemma": None,
    "identity.sign_in": None, "identity.sign_out": None, "identity.ask_link": None,
    "identity.ask_reset": None, "identity.show_link_sent": None, "identity.take_token": None,
    "identity.confirm_sign_in": None, "identity.choose_password": None,
    "identity.start_without_password": None, "identity.set_up": None,
    "home.show_overview": LEARNERS, "home.show_catalogue": ALL, "home.show_management": ALL,
    "learning.show_module": LEARNERS, "learning.begin_module": LEARNERS,
    "learning.show_reading": LEARNERS, "learning.show_section": LEARNERS, "learning.answer_question": LEARNERS,
    "learning.go_on": LEARNERS, "learning.show_finish": LEARNERS,
    "learning.finish_module": LEARNERS, "learning.show_done": LEARNERS,
    "level.show_level_test": LEARNERS, "level.check_level_test": LEARNERS,
    "assignments.show_task": LEARNERS, "assignments.begin_task": LEARNERS,
    "dilemmas.show_dilemma": ALL, "dilemmas.begin_run": ALL, "dilemmas.show_scene": ALL,
    "dilemmas.take_choice": ALL, "dilemmas.step_back": ALL, "dilemmas.show_card": ALL,
    "room.enter_code": None, "room.show_room": None, "room.join": None, "room.vote": None,
    "room.show_stand": None, "room.show_screen": None,
    "meetings.show_meetings": FACILITATORS, "meetings.choose_dilemma": FACILITATORS,
    "meetings.prepare": FACILITATORS, "meetings.show_desk": FACILITATORS,
    "meetings.take_step": FACILITATORS, "meetings.end_dilemma": FACILITATORS,
    "meetings.plan_meeting": FACILITATORS, "meetings.show_meeting": FACILITATORS,
    "meetings.change_meeting": FACILITATORS, "meetings.cancel_meeting": FACILITATORS,
    "meetings.fetch_calendar": FACILITATORS, "meetings.invite": FACILITATORS,
    "meetings.add_material": FACILITATORS, "meetings.remove_material": FACILITATORS,
    "meetings.fetch_own_material": FACILITATORS, "meetings.show_attendance": FACILITATORS,
    "meetings.show_paper_list": FACILITATORS, "meetings.show_check_in": FACILITATORS,
    "meetings.paste": FACILITATORS, "meetings.keep_pasted": FACILITATORS,
    "meetings.show_series": FACILITATORS, "meetings.fetch_series": FACILITATORS,
    "meetings.end_series": FACILITATORS, "meetings.fetch_card": FACILITATORS,
    "meetings.settle": FACILITATORS, "meetings.take_back": FACILITATORS,
    "invited.show_own_meetings": LEARNERS, "invited.show_own_meeting": LEARNERS,
    "invited.answer_invitation": LEARNERS, "invited.fetch_calendar": LEARNERS,
    "invited.fetch_material": LEARNERS, "invited.check_in": LEARNERS,
    "why.show_why": LEARNERS,
    "change.plan_extra": DESK, "change.open_extra": DESK,
    "change.plan_undo_extra": DESK, "change.undo_extra": DESK, "one_person.open_extra": DECIDERS,
    "change.plan_change": DESK, "change.change_duty": DESK, "change.spread_duty": DESK,
    "change.save_spread": DESK, "change.plan_end": DESK, "change.end_duty": DESK,
    "brakes.show_questions": DESK, "brakes.answer_question": DESK,
    "brakes.show_findings": frozenset({"bas"}),
    "plan.look_ahead": DESK, "plan.show_year": DESK, "plan.export_year": DESK,
    "one_person.find_person": DECIDERS, "one_person.show_person": DECIDERS,
    "one_person.pause_person": DECIDERS, "one_person.withdraw_pause": DECIDERS,
    "one_person.exempt_person": DECIDERS, "one_person.withdraw_exemption": DECIDERS,
    "one_person.record_earlier": DECIDERS, "one_person.withdraw_earlier": DECIDERS,
    "programme.show_own_programme": DESK, "programme.show_programme": DESK,
    "programme.plan_duty": DESK, "programme.make_duty": DESK, "programme.show_samples": DESK,
    "programme.show_duty": DESK,
    "reporting.show_participation": NAMES, "reporting.explain_participation": NAMES,
    "reporting.print_participation": NAMES, "reporting.keep_view": NAMES,
    "reporting.open_view": NAMES, "reporting.remove_view": NAMES,
    "figures.show_figures": COUNTS, "figures.export_figures": EXPORTERS | {"carlijn"},
    "export.export_participation": EXPORTERS, "export.list_reports": EXPORTERS,
    "export.show_report": EXPORTERS, "export.fetch_report": EXPORTERS,
    "export.make_again": EXPORTERS,
    "retention.show_own_data": LEARNERS, "retention.download_own_data": LEARNERS,
    "retention.ask_erasure": LEARNERS, "officer.list_requests": frozenset({"piet"}),
    "officer.decide_request": frozenset({"piet"}), "officer.show_retention": frozenset({"piet"}),
    "own_account.show_own_account": ALL, "own_account.change_password": ALL,
    "own_account.sign_out_everywhere": ALL,
    "accounts.show_accounts": frozenset({"bas"}), "accounts.choose_person": frozenset({"bas"}),
    "accounts.make_account": frozenset({"bas"}), "accounts.show_account": frozenset({"bas"}),
    "accounts.close_account": frozenset({"bas"}), "accounts.reopen_account": frozenset({"bas"}),
    "accounts.invite_again": frozenset({"bas"}), "accounts.give_role": frozenset({"bas"}),
    "accounts.end_role": frozenset({"bas"}), "accounts.show_roles": frozenset({"bas", "piet"}),
    "persons.show_persons": READ_PERSONS, "persons.show_person": READ_PERSONS,
    "persons.add_person": MANAGE_PERSONS, "persons.change_person": MANAGE_PERSONS,
    "persons.add_position": MANAGE_PERSONS, "persons.change_position": MANAGE_PERSONS,
    "persons.change_many": MANAGE_PERSONS,
    "doubles.show_doubles": MANAGE_PERSONS, "doubles.merge_persons": MANAGE_PERSONS,
    "kiosk.sign_in": None, "kiosk.take_card": None, "kiosk.choose_code": None,
    "kiosk.print_cards": frozenset({"hanna", "bas"}),
    "personnel.show_uploads": frozenset({"hanna", "bas"}),
    "personnel.choose_columns": frozenset({"hanna", "bas"}),
    "personnel.show_plan": frozenset({"hanna", "bas"}),
    "personnel.choose": frozenset({"hanna", "bas"}),
    "personnel.confirm": frozenset({"hanna", "bas"}),
    "personnel.take_back": frozenset({"hanna", "bas"}),
    "personnel.throw_away": frozenset({"hanna", "bas"}),
    "audiences.show_audiences": MANAGE_PERSONS, "audiences.show_audience": MANAGE_PERSONS,
    "council.show_council": READ_PERSONS - {"hanna"}, "council.begin_term": frozenset({"griet", "bas"}),
    "council.fill_seat": frozenset({"griet", "bas"}),
    "tree.show_tree": READ_PERSONS | {"carlijn"}, "tree.show_unit": READ_PERSONS | {"carlijn"},
    "tree.change_unit": frozenset({"bas"}),
    "settings.choose_municipality": frozenset({"bas", "piet"}),
    "settings.show_settings": frozenset({"bas", "piet"}),
    "settings.write_insert": frozenset({"bas"}), "look.show_look": frozenset({"bas"}),
    "look.change_look": frozenset({"bas"}), "look.change_logo": frozenset({"bas"}),
    "look.show_trial": frozenset({"bas"}),
    "certificates.show_own_certificates": LEARNERS, "certificates.show_certificate": LEARNERS,
    "certificate_check.ask_code": None, "certificate_check.check_code": None,
    "certificate_check.check_name": None,
    "audit.show_log": frozenset({"piet"}), "audit.verify_log": frozenset({"piet"}),
    "audit.show_technical_log": frozenset({"bas"}),
    "mail.show_troubled_mail": frozenset({"bas"}),
    "half_year.show_reports": frozenset({"hanna", "sjoerd"}),
    "half_year.show_report": frozenset({"hanna", "sjoerd"}),
    "half_year.send_pdf": frozenset({"hanna", "sjoerd"}),
    "half_year.show_report_on": frozenset({"hanna", "sjoerd"}),
    "half_year.send_pdf_on": frozenset({"hanna", "sjoerd"}),
    "messages.show_own_messages": DESK, "messages.show_messages": DESK,
    "messages.write_message": DESK, "messages.plan_message": DESK,
    "messages.show_message": DESK, "messages.stop_message": DESK,
    "feed.send_feed": None, "feed.show_feed": LEARNERS, "feed.renew_feed": LEARNERS,
    "feed.switch_off_feed": LEARNERS, "feed.download_calendar": LEARNERS,
}  # fmt: skip


def key_of(endpoint: str, app: Flask) -> str:
    """The name in the table: the file of an identity view tells which desk it belongs to."""
    module = app.view_functions[endpoint].__module__
    for ending, desk in (("own_account_views", "own_account"), ("account_views", "accounts")):
        if module.endswith(f"identity.{ending}"):
            return f"{desk}.{endpoint.split('.')[-1]}"
    return endpoint


def addresses(app: Flask, town: Town, library: Library) -> dict[str, tuple[str, str]]:
    """For each endpoint an address of something in Merendijk, and a method."""
    module = library.modules["drugshandel-herkennen"]
    section = next(s for s in module.sections if s.questions)
    public = library.public_modules[0]
    values = {
        "slug": module.id, "section_id": section.id, "question_id": section.questions[0].id,
        "other_id": str(town.persons["anna"]), "upload_id": "00000000-0000-4000-8000-000000000000",
        "position_id": "00000000-0000-4000-8000-000000000000",
        "what": "hernoemen", "kind": "csv", "card": "x", "token": "x", "filename": "weerbaar.css", "name": "x.svg",
        "code": "ABCD2345EFGH", "meeting_id": "00000000-0000-4000-8000-000000000000",
        "series_id": "00000000-0000-4000-8000-000000000000",
        "answer": "aanmelden", "material_id": "00000000-0000-4000-8000-000000000000",
        "person_id": str(town.persons["vera"]), "account_id": str(town.accounts["vera"]),
        "theme": "integriteit", "grant_id": "00000000-0000-4000-8000-000000000000",
        "half": "2019-2", "message_id": "00000000-0000-4000-8000-000000000000",
        "municipality_id": str(town.municipality), "unit_id": str(town.municipality),
        "from_on": "2026-11-02", "evidence_id": "00000000-0000-4000-8000-000000000000",
        "brake_id": "00000000-0000-4000-8000-000000000000",
        "duty_id": "00000000-0000-4000-8000-000000000000",
        "opening_id": "00000000-0000-4000-8000-000000000000",
        "view_id": "00000000-0000-4000-8000-000000000000",
        "report_id": "00000000-0000-4000-8000-000000000000",
        "request_id": "00000000-0000-4000-8000-000000000000",
    }  # fmt: skip
    found = {}
    for rule in app.url_map.iter_rules():
        own = dict(values)
        if rule.endpoint.startswith("dilemmas.") or rule.endpoint in {
            "meetings.prepare",
            "meetings.fetch_card",
        }:
            own["slug"] = "het-bouwplan-van-je-broer"
        if rule.endpoint.startswith("open_learning."):
            own["slug"] = public.id
        if rule.endpoint.startswith("open_dilemmas."):
            own["slug"] = library.public_dilemmas[0].id
        if rule.endpoint.startswith("audiences."):
            own["slug"] = "boas"
        if rule.endpoint.startswith("settings."):
            own["name"] = next(iter(library.inserts))
        if rule.endpoint.startswith("assignments."):
            own["kind"] = "module"
        if rule.endpoint.startswith("figures."):
            own["kind"] = "xlsx"
        if rule.endpoint.startswith("retention."):
            own["kind"] = "json"
        address = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda m, own=own: own[m[1]], rule.rule)
        method = "GET" if "GET" in (rule.methods or set()) else "POST"
        found[f"{rule.endpoint} {method}"] = (address, method)
    return found


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert {key_of(rule.endpoint, app) for rule in app.url_map.iter_rules()} == set(TABLE)


def test_every_view_is_marked(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert permissions_of(app, rule.endpoint), f"{rule.endpoint} is open to nobody: mark it"


def test_what_is_open_to_all_is_what_the_table_says(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        is_public = Permission.PUBLIC in permissions_of(app, rule.endpoint)
        assert is_public == (TABLE[key_of(rule.endpoint, app)] is None), rule.endpoint


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_gets_through_a_door_that_is_not_theirs(
    app: Flask, town: Town, library: Library, who: str
) -> None:
    """A shut door answers 404, the same as an address that does not exist."""
    for name, (address, method) in addresses(app, town, library).items():
        endpoint = name.split()[0]
        allowed = TABLE[key_of(endpoint, app)]
        if allowed is None or endpoint == "identity.sign_out_everywhere":
            continue
        client = sign_in(app.test_client(), town, who)
        code = client.open(address, method=method).status_code
        if who not in allowed:
            assert code == 404, f"{who} {method} {address}: {code}"
        elif "<" not in str(address) and endpoint not in HAS_ITS_OWN_404:
            assert code != 404, f"{who} {method} {address}: {code}"


# What is 404 also for who may enter, while there is nothing to do: a task without a duty, a role
# that was not given, an account that a person has already, a duty that is not there.
HAS_ITS_OWN_404 = {
    "brakes.answer_question", "change.plan_change", "change.change_duty", "change.spread_duty",
    "change.save_spread", "change.plan_end", "change.end_duty", "change.plan_extra",
    "change.open_extra", "one_person.open_extra", "change.plan_undo_extra", "change.undo_extra",
    "officer.decide_request",
    "half_year.show_report", "half_year.send_pdf", "messages.show_message",
    "messages.stop_message",
    "assignments.show_task", "assignments.begin_task", "identity.end_role", "identity.make_account",
    "learning.answer_question", "learning.go_on", "programme.show_duty",
    "certificates.show_certificate",
    "meetings.show_desk", "meetings.take_step", "meetings.end_dilemma", "meetings.show_meeting",
    "meetings.change_meeting", "meetings.cancel_meeting", "meetings.fetch_calendar",
    "meetings.invite", "meetings.add_material", "meetings.remove_material",
    "meetings.fetch_own_material", "meetings.show_attendance", "meetings.show_paper_list",
    "meetings.show_check_in", "meetings.paste", "meetings.keep_pasted", "meetings.settle",
    "meetings.fetch_series", "meetings.end_series", "meetings.take_back", "invited.show_own_meeting", "invited.answer_invitation",
    "invited.fetch_calendar", "invited.fetch_material", "invited.check_in",
    "one_person.show_person",
    "one_person.pause_person", "one_person.withdraw_pause", "one_person.exempt_person",
    "one_person.withdraw_exemption", "one_person.record_earlier", "one_person.withdraw_earlier",
    # Vera is staff: she is not there for the griffie, which may open the same doors.
    "persons.show_person", "persons.change_person", "persons.add_position",
    "persons.change_position",
    "export.fetch_report", "export.make_again", "export.show_report", "reporting.open_view", "reporting.remove_view",
    "audiences.show_audience",
    "doubles.merge_persons", "personnel.choose_columns", "personnel.show_plan", "personnel.choose", "personnel.confirm",
    "personnel.take_back", "personnel.throw_away",
}  # fmt: skip


def test_without_an_account_one_is_sent_to_sign_in(
    app: Flask, client: FlaskClient, town: Town, library: Library
) -> None:
    for name, (address, method) in addresses(app, town, library).items():
        if TABLE[key_of(name.split()[0], app)] is None:
            continue
        response = client.open(address, method=method)
        if method == "GET":
            assert response.status_code == 302, address
            assert response.location.startswith("/inloggen"), address
        else:
            assert response.status_code == 401, address


@pytest.mark.parametrize("other", ["other_anna", "outside_anna", "other_rachid"])
def test_an_administrator_finds_nobody_of_another_municipality(
    client: FlaskClient, town: Town, other: str
) -> None:
    sign_in(client, town, "bas")
    assert client.get(f"/accounts/nieuw/{town.persons[other]}").status_code == 404
    page = client.get("/accounts").get_data(as_text=True)
    assert str(town.persons[other]) not in page


@pytest.mark.parametrize(
    ("who", "sees", "never"),
    [
        ("hanna", {"Merendijk", "Oosterwaard"}, {"Westerhove", "Rachid"}),
        ("griet", {"Rachid"}, {"Anna", "Oosterwaard"}),
        ("theo", {"Anna"}, {"Oosterwaard", "Vera", "Rachid"}),
        ("sjoerd", {"Carla", "Marga"}, {"Anna", "Rachid", "Oosterwaard"}),
    ],
)
def test_each_desk_shows_its_own_people_and_no_others(
    app: Flask, town: Town, who: str, sees: set[str], never: set[str]
) -> None:
    """Two municipalities have units and people of the same names."""
    import datetime as dt

    from training.assignments import actions
    from training.assignments.rules import Policy
    from training.content.classes import ContentKind

    database = app.extensions["database"]
    with database.transaction() as db:
        actions.make_duty(
            db,
            unit_id=town.units["basisteam"],
            title="Basis voor iedereen",
            contents=[(ContentKind.MODULE, "bij-wie-meld-ik-wat")],
            audiences=["alle-medewerkers", "raadsleden", "college", "mt"],
            policy=Policy(1, dt.date(2026, 10, 1)),
        )
        actions.open_cycles(db, dt.date.today())
    client = sign_in(app.test_client(), town, who)
    page = client.get("/deelname").get_data(as_text=True)
    table = page.split("<tbody", 1)[1].split("</tbody", 1)[0]
    assert all(name in table for name in sees), sees
    assert not any(name in table for name in never), never
    if who in {"hanna", "griet"}:
        exported = client.post("/deelname/export/csv").get_data(as_text=True)
        assert all(name in exported for name in sees)
        assert not any(name in exported for name in never)
