"""Who knows a module already answers its questions, and reads only what went wrong."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.learning import player
from tests.learning.test_ladder import answer_surely
from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library
from training.learning import rules
from training.learning.rules import First, Form, Given, Taking

SLUG = "drugshandel-herkennen"


def test_what_is_right_is_done_and_what_is_not_is_read(library: Library) -> None:
    module = library.modules[SLUG]
    start = Taking(module, Form.KNOWN, 7, 0, None, frozenset(), {})
    assert not any(page.with_text for page in rules.pages(start) if page.questions)
    section = next(s for s in module.sections if s.questions)
    wrong = Given((), False, first=First(False))
    later_right = Given(section.questions[0].right, True, first=First(False))
    for given in (wrong, later_right):
        answers = {section.questions[0].id: given}
        taking = Taking(module, Form.KNOWN, 7, 0, None, frozenset(), answers)
        shown = [p.section.id for p in rules.pages(taking) if p.with_text and p.questions]
        assert shown == [section.id], "a section is read once a question went wrong, even if mended"


def test_sections_without_questions_are_read_last(library: Library) -> None:
    for module in library.modules.values():
        pages = rules.pages(Taking(module, Form.KNOWN, 7, 0, None, frozenset(), {}))
        asks = [bool(page.questions or page.signals) for page in pages]
        assert asks == sorted(asks, reverse=True)
        assert {p.section.id for p in pages} == {s.id for s in module.sections}


def test_anna_knows_it_all_and_reads_nothing(
    client: FlaskClient, town: Town, library: Library
) -> None:
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin", data={"vorm": "vragen"})
    section = next(s for s in module.sections if s.questions)
    text = next(b for b in section.blocks if b.__class__.__name__ == "Prose").rich.text[:40]  # type: ignore[union-attr]
    assert text not in player.follow(client, f"/modules/{SLUG}/{section.id}")
    for one in module.sections:
        for exercise in rules.signals_of(one):
            here = f"/modules/{SLUG}/{one.id}/vraag/{exercise.id}"
            client.post(here, data={"signaal": ["1"]})
            client.post(here, data={"melden": "melden"})
        for question in one.questions:
            player.answer(client, module, question, one.id)
        if not (one.questions or rules.signals_of(one)):
            client.post(f"/modules/{SLUG}/{one.id}/verder")
    assert client.post(f"/modules/{SLUG}/afronden").location.endswith("/klaar")


def test_a_wrong_answer_brings_the_text_and_its_section_must_be_read(
    client: FlaskClient, town: Town, library: Library
) -> None:
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin", data={"vorm": "vragen"})
    section = next(s for s in module.sections if s.questions)
    page = player.answer(client, module, section.questions[0], section.id, right=False)
    assert "Lees dit stuk en probeer het opnieuw" in page
    assert "Lees dit onderdeel nog eens" in page
    page = client.post(f"/modules/{SLUG}/afronden").get_data(as_text=True)
    assert "Lees: <a" in page


def test_who_changes_to_questions_first_keeps_every_answer(
    client: FlaskClient, town: Town, library: Library
) -> None:
    module = library.modules[SLUG]
    sign_in(client, town, "anna")
    client.post(f"/modules/{SLUG}/begin")
    section = next(s for s in module.sections if s.questions)
    player.answer(client, module, section.questions[0], section.id)
    client.post(f"/modules/{SLUG}/begin", data={"vorm": "vragen"})
    page = player.follow(client, f"/modules/{SLUG}/{section.id}")
    assert "Goed." in page.split(f'id="{section.questions[0].id}"', 1)[1].split("</section>", 1)[0]


def test_whoever_began_with_the_questions_goes_on_so(
    client: FlaskClient, town: Town, library: Library
) -> None:
    """A duty asks for the whole module: an attempt that began with the questions is that."""
    sign_in(client, town, "anna")
    answer_surely(client, library.modules[SLUG], right=True, sure="ja")
    client.post(f"/modules/{SLUG}/begin", data={"vorm": "vragen"})
    client.post(f"/modules/{SLUG}/begin")
    assert client.post(f"/modules/{SLUG}/afronden").location.endswith("/klaar")


def test_a_refresher_is_under_five_minutes_for_who_knows_it(library: Library) -> None:
    """At 200 words a minute, and ten seconds to choose: nothing else has to be read."""
    for module in library.modules.values():
        for draw in range(4):
            taking = Taking(module, Form.REFRESHER, 11, draw, module.version, frozenset(), {})
            asked = [q for page in rules.pages(taking) for q in page.questions]
            words = sum(
                len(text.split())
                for question in asked
                for text in (
                    question.title,
                    question.case.text if question.case else "",
                    *(answer.rich.text for answer in question.answers),
                )
            )
            assert words / 200 + len(asked) / 6 < 5, (module.id, draw)
            assert not any(page.with_text for page in rules.pages(taking))
