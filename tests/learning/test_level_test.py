"""Anna sees what she knows already; nothing is kept of it."""

from __future__ import annotations

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training.content.classes import Library, QuestionKind
from training.db import Base, Database
from training.learning import forms, rules
from training.learning.actions import steady_seed


def answers(town: Town, library: Library, right: bool) -> dict[str, object]:
    settings = library.programme["niveautoets"]
    sent: dict[str, object] = {}
    number = 0
    for module_id in settings["modules"]:  # type: ignore[index]
        module = library.modules[module_id]
        seed = steady_seed(town.persons["anna"], module_id)
        for question in rules.draw(module, seed, 0)[: settings["per-module"]]:  # type: ignore[index]
            number += 1
            tokens = {answer.id: token for token, answer in forms.options_of(question, seed)}
            ids = list(question.right)
            if question.kind is QuestionKind.ORDER:
                order = ids if right else list(reversed(ids))
                sent |= {f"v{number}-plaats-{tokens[a]}": str(n) for n, a in enumerate(order, 1)}
            else:
                wrong = [a for a in tokens if a not in ids][:1]
                sent[f"v{number}-antwoord"] = [tokens[a] for a in (ids if right else wrong)]
    return sent


def test_who_knows_it_all_reads_nothing(
    client: FlaskClient, town: Town, library: Library, database: Database
) -> None:
    sign_in(client, town, "anna")
    page = client.post("/niveautoets", data=answers(town, library, True)).get_data(as_text=True)
    assert "Dit weet je al" in page
    assert "Begin hiermee" not in page
    with database.engine.connect() as connection:
        for name in ("attempt_module", "attempt_answer", "evidence"):
            table = Base.metadata.tables[name]
            assert not connection.scalar(sa.select(sa.func.count()).select_from(table)), name


def test_who_knows_nothing_is_sent_to_the_modules(
    client: FlaskClient, town: Town, library: Library
) -> None:
    sign_in(client, town, "anna")
    page = client.post("/niveautoets", data=answers(town, library, False)).get_data(as_text=True)
    assert "Begin hiermee" in page
    assert "Dit weet je al" not in page


def test_an_open_question_is_asked_again_and_the_rest_is_kept(
    client: FlaskClient, town: Town, library: Library
) -> None:
    sign_in(client, town, "anna")
    sent = answers(town, library, True)
    first = next(name for name in sent if name.endswith("-antwoord"))
    del sent[first]
    response = client.post("/niveautoets", data=sent)
    assert response.status_code == 422
    assert response.get_data(as_text=True).count(" checked") >= len(sent) - 20
