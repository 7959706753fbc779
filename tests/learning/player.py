"""Plays a module through the client as a learner would, knowing the answers or not."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient

from training.content.classes import Module, Question, QuestionKind
from training.learning.rules import signals_of


def follow(client: FlaskClient, address: str) -> str:
    """The page at an address, as text."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code, response.location)
    return response.get_data(as_text=True)


def tokens_on(page: str, question: Question) -> dict[str, str]:
    """By answer id: the token under which the page offers it (found by its text)."""
    part = page.split(f'id="{question.id}"', 1)[1].split("</section>", 1)[0]
    labels = re.findall(
        rf'<label[^>]*for="{re.escape(question.id)}-(?:plaats-)?(\d+)"[^>]*>(.*?)</label>',
        part,
        re.S,
    )
    plain = {_plain(text): token for token, text in labels}
    return {answer.id: plain[_plain(str(answer.rich.html()))] for answer in question.answers}


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def answer(
    client: FlaskClient,
    module: Module,
    question: Question,
    section_id: str,
    right: bool = True,
    sure: str = "",
) -> str:
    """Answers a question (right, or as wrong as can be; `sure` is "ja" or "nee") and gives the page
    after it."""
    here = f"/modules/{module.id}/{section_id}"
    tokens = tokens_on(follow(client, here), question)
    ids = list(question.right)
    if not right:
        others = [a.id for a in question.answers if a.id not in ids]
        ids = list(reversed(ids)) if question.kind is QuestionKind.ORDER else others[:1]
    if question.kind is QuestionKind.ORDER:
        data: dict[str, object] = {f"plaats-{tokens[a]}": str(n) for n, a in enumerate(ids, 1)}
    else:
        data = {"antwoord": [tokens[a] for a in ids]}
    if sure:
        data["zeker"] = sure
    response = client.post(f"{here}/vraag/{question.id}", data=data)
    assert response.status_code == 303, response.get_data(as_text=True)[:500]
    return follow(client, here)


def take_whole(client: FlaskClient, module: Module) -> None:
    """From the first page to the proof, everything right."""
    client.post(f"/modules/{module.id}/begin")
    for section in module.sections:
        for exercise in signals_of(section):
            here = f"/modules/{module.id}/{section.id}/vraag/{exercise.id}"
            client.post(here, data={"signaal": ["1"]})
            client.post(here, data={"melden": "melden"})
        for question in section.questions:
            answer(client, module, question, section.id)
        client.post(f"/modules/{module.id}/{section.id}/verder")
    response = client.post(f"/modules/{module.id}/afronden")
    assert response.status_code == 303
    assert response.location.endswith("/klaar")
