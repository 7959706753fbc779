"""Whether the programme keeps every promise of the action plan, and leaves no content out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

CONTENT = Path(__file__).resolve().parents[2] / "content"
ACTIONS = tuple(f"A{number:02}" for number in range(1, 29))
KINDS = ("module", "dilemma", "bijeenkomst")
DUTY_KEYS = {
    "titel", "inhoud", "kies", "doelgroepen", "niveau", "eerste-keer", "geldig-maanden", "basis",
    "venster-dagen", "respijt-dagen", "aankondiging-dagen", "herhaling", "rustig",
}  # fmt: skip


def _yaml(name: str) -> Any:
    return yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))


def _front(path: Path) -> dict[str, Any]:
    front: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8").split("---", 2)[1])
    return front


PROGRAMME: dict[str, Any] = _yaml("programma.yaml")
DUTIES: dict[str, dict[str, Any]] = PROGRAMME["verplichtingen"]
MESSAGES: dict[str, dict[str, Any]] = PROGRAMME["berichten"]
AUDIENCES: dict[str, dict[str, Any]] = _yaml("doelgroepen.yaml")
FRONTS: dict[tuple[str, str], dict[str, Any]] = {
    (kind, path.stem): _front(path)
    for kind, pattern in (("module", "modules/*/*.md"), ("dilemma", "dilemmas/*.md"))
    for path in CONTENT.glob(pattern)
}
EXISTING = {
    *FRONTS,
    *(("bijeenkomst", slug) for slug in PROGRAMME["soorten-bijeenkomst"]),
}


def _items(duty: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for item in duty["inhoud"]:
        yield from item.items()


def _leads_to(action: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an action leads to, that exists."""
    duty = DUTIES.get(action["verplichting"])
    if duty and all(item in EXISTING for item in _items(duty)):
        yield "verplichting", action["verplichting"]
    for key, shelf in (
        ("bijeenkomst", "soorten-bijeenkomst"),
        ("rapport", "rapporten"),
        ("bericht", "berichten"),
    ):
        if action[key] in PROGRAMME[shelf]:
            yield key, action[key]


def _suits(audience: str, kind: str, slug: str) -> bool:
    """A meeting is for whom it is called; content names its audiences, or is for all staff."""
    if kind == "bijeenkomst":
        return True
    written_for = FRONTS[kind, slug]["doelgroepen"]
    public_office = AUDIENCES[audience]["bestuur"]
    return audience in written_for or ("alle-medewerkers" in written_for and not public_office)


def test_the_twenty_eight_actions_of_the_plan_are_all_there() -> None:
    assert tuple(PROGRAMME["acties"]) == ACTIONS


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_leads_to_something_that_exists(name: str) -> None:
    action = PROGRAMME["acties"][name]
    assert list(_leads_to(action)), f"{name} leads nowhere"
    named = {key: action[key] for key in ("verplichting", "bijeenkomst", "rapport", "bericht")}
    dangling = {k: v for k, v in named.items() if v and (k, v) not in set(_leads_to(action))}
    assert not dangling
    assert action["voor"] and set(action["voor"]) <= set(AUDIENCES)
    assert action["niveau"] in ("lokaal", "a2", "basisteam")


def test_the_report_and_the_messages_that_the_plan_asks_for_are_there() -> None:
    assert PROGRAMME["acties"]["A09"]["rapport"] in PROGRAMME["rapporten"]
    assert PROGRAMME["acties"]["A28"]["bericht"] in MESSAGES


@pytest.mark.parametrize("slug", sorted(DUTIES))
def test_each_duty_is_whole(slug: str) -> None:
    duty = DUTIES[slug]
    assert set(duty) - {"extra-ronde-bij"} == DUTY_KEYS
    assert set(duty.get("extra-ronde-bij", ())) <= {"raadsperiode", "opvolging", "andere-rol"}
    assert duty["inhoud"] and {kind for kind, _ in _items(duty)} <= set(KINDS)
    assert not [item for item in _items(duty) if item not in EXISTING]
    assert duty["kies"] in ("alles", "een")
    assert duty["niveau"] in ("lokaal", "a2", "basisteam")
    assert duty["basis"] in ("afronding", "verjaardag", "kalender")
    assert duty["herhaling"] in ("volledig", "opfrissen", "dilemma")
    assert set(duty["rustig"]) <= {"schoolvakanties", "raadsreces", "verkiezingsdag"}
    assert duty["doelgroepen"] and set(duty["doelgroepen"]) <= set(AUDIENCES)


@pytest.mark.parametrize("slug", sorted(DUTIES))
def test_a_first_time_is_either_days_or_a_date_and_a_calendar_needs_a_date(slug: str) -> None:
    first, duty = DUTIES[slug]["eerste-keer"], DUTIES[slug]
    assert set(first) in ({"dagen"}, {"datum"})
    if "dagen" in first:
        assert first["dagen"] > 0
    else:
        assert re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", first["datum"])
    assert (duty["basis"] == "kalender") == ("datum" in first)
    assert duty["geldig-maanden"] is None or duty["geldig-maanden"] > 0
    if duty["geldig-maanden"]:
        assert duty["venster-dagen"] < duty["geldig-maanden"] * 28


@pytest.mark.parametrize("slug", sorted(DUTIES))
def test_what_a_duty_asks_was_written_for_whom_it_asks(slug: str) -> None:
    duty = DUTIES[slug]
    fits = any if duty["kies"] == "een" else all
    strangers = [a for a in duty["doelgroepen"] if not fits(_suits(a, *i) for i in _items(duty))]
    assert not strangers


def test_nothing_in_the_content_is_in_no_duty() -> None:
    asked = {item for duty in DUTIES.values() for item in _items(duty)}
    assert sorted(set(FRONTS) - asked) == []


def test_each_kind_of_meeting_has_a_name_and_is_used() -> None:
    used = {action["bijeenkomst"] for action in PROGRAMME["acties"].values()}
    used |= {slug for duty in DUTIES.values() for kind, slug in _items(duty) if kind == KINDS[2]}
    for slug, meeting in PROGRAMME["soorten-bijeenkomst"].items():
        assert meeting["naam"] and meeting["uitleg"]
        assert slug in used


def test_newcomers_are_trained_within_three_months() -> None:
    duty = DUTIES["nieuwe-medewerkers"]
    assert duty["eerste-keer"]["dagen"] <= 90
    assert ("module", "integriteit-voor-nieuwe-medewerkers") in set(_items(duty))


def test_a_new_councillor_and_a_successor_start_within_three_months() -> None:
    duty = DUTIES["raad-start"]
    assert duty["doelgroepen"] == ["raadsleden"]
    assert duty["eerste-keer"]["dagen"] <= 90
    assert duty["geldig-maanden"] == 48


def test_the_council_gets_another_theme_each_year() -> None:
    years = PROGRAMME["jaarthemas-raad"]
    themes = [year["thema"] for year in years]
    assert len(set(themes)) == len(themes)
    assert {"drugshandel", "mensenhandel", "witwassen-vastgoed"} <= set(themes)
    assert [year["inhoud"] for year in years] == DUTIES["raad-jaarthema"]["inhoud"]
    for year in years:
        [item] = year["inhoud"].items()
        front = FRONTS[item]
        assert year["thema"] in front.get("themas", [front.get("thema")])
    assert DUTIES["raad-jaarthema"]["kies"] == "een"
    assert DUTIES["raad-jaarthema"]["geldig-maanden"] == 12


def test_each_theme_is_trained() -> None:
    modules = {slug: FRONTS["module", slug]["thema"] for kind, slug in FRONTS if kind == "module"}
    asked = {slug for duty in DUTIES.values() for kind, slug in _items(duty) if kind == "module"}
    folders = {path.name for path in (CONTENT / "modules").iterdir() if path.is_dir()}
    assert {modules[slug] for slug in asked} == folders


def test_the_level_test_draws_from_base_modules_with_enough_questions() -> None:
    level = PROGRAMME["niveautoets"]
    base = {slug for _, slug in _items(DUTIES["basisniveau"])}
    assert set(level["modules"]) == base
    for slug in level["modules"]:
        [path] = CONTENT.glob(f"modules/*/{slug}.md")
        assert path.read_text(encoding="utf-8").count("\n### Vraag:") >= 3 * level["per-module"]
        assert FRONTS["module", slug]["leerdoelen"]


def test_the_cards_for_the_college_are_all_dilemmas_of_the_college() -> None:
    of_college = {
        slug for (kind, slug), front in FRONTS.items()
        if kind == "dilemma" and "college" in front["doelgroepen"]
    }  # fmt: skip
    assert set(PROGRAMME["collegekaarten"]) == of_college


def test_each_message_has_its_file_and_each_file_its_message() -> None:
    files = {path.stem for path in (CONTENT / "berichten").glob("*.md")}
    assert files == set(MESSAGES)


@pytest.mark.parametrize("slug", sorted(MESSAGES))
def test_a_message_is_short_and_names_only_what_exists(slug: str) -> None:
    message = MESSAGES[slug]
    text = (CONTENT / message["bestand"]).read_text(encoding="utf-8")
    front = _front(CONTENT / message["bestand"])
    assert front == {
        "soort": "bericht",
        "id": slug,
        "titel": message["titel"],
        "doelgroepen": message["doelgroepen"],
    }
    assert message["wanneer"] and set(message["doelgroepen"]) <= set(AUDIENCES)
    body = text.split("---", 2)[2]
    assert 80 <= len(body.split()) <= 160
    inserts = re.findall(r"\{\{ ([^}]+) \}\}", body)
    facts = {name.removeprefix("feit:") for name in inserts if name.startswith("feit:")}
    assert facts <= set(_yaml("feiten.yaml"))
    assert {name for name in inserts if not name.startswith("feit:")} <= set(_yaml("lokaal.yaml"))
