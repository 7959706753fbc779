"""Measures three signed-in pages and a submitted answer against a bare page and a bare insert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask

from bench import ceiling
from bench.browser import Browser
from bench.load import Load
from bench.measure import Measure, paired
from bench.stand import KINDS, Server, Town, serving, town
from training.app import create_app
from training.content.classes import QuestionKind

MODULE = "drugshandel-herkennen"
DILEMMA = "het-bouwplan-van-je-broer"
CPU_BOUND, RATE_BOUND, SUBMIT_BOUND, MOST_QUERIES = 2.5, 0.4, 4.0, 8


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request took: milliseconds of CPU of the server, and requests per second."""

    cpu: float
    rate: float


@dataclass(frozen=True, slots=True)
class Stand:
    """Our application and the bare one, served beside each other on one database."""

    town: Town
    app: Flask
    ours: Server
    bare: Server


def pages(quick: bool) -> Iterator[Measure]:
    """Three pages on both databases: CPU, requests per second and queries."""
    for kind in KINDS:
        with served(kind) as stand:
            yield from _pages_on(stand, kind, quick)


def submit(quick: bool) -> Iterator[Measure]:
    """Answering a question on both databases, committed."""
    for kind in KINDS:
        with served(kind) as stand:
            yield _submit_on(stand, kind, quick)


@contextmanager
def served(kind: str) -> Iterator[Stand]:
    with town(kind) as built:
        uuid = "uuid" if kind == "postgresql" else "char(32)"
        with built.database.transaction() as db:
            db.execute(sa.text(ceiling.MAKE_ANSWERS.format(uuid=uuid)))
        app = create_app(built.settings, built.database, built.library)
        with (
            serving("wsgi:app", built.settings, "/readyz") as ours,
            serving("bench.ceiling:app", built.settings, "/page") as bare,
        ):
            yield Stand(built, app, ours, bare)


def _pages_on(stand: Stand, kind: str, quick: bool) -> Iterator[Measure]:
    rounds, count = (2, 400) if quick else (6, 800)
    addresses, browser = walked(stand)
    count_of = {name: _queries(stand, browser, path) for name, path in addresses.items()}
    bare = Load(stand.bare.port, "/page", count)
    loads = {
        name: Load(stand.ours.port, path, count, headers=browser.headers())
        for name, path in addresses.items()
    }
    for load in loads.values():
        cost(stand.ours, load, warm=True)
    cost(stand.bare, bare, warm=True)
    taken: dict[str, list[tuple[Cost, Cost]]] = {name: [] for name in addresses}
    for number in range(rounds):
        for name, load in loads.items():
            pair = [(stand.ours, load), (stand.bare, bare)]
            if number % 2:
                pair.reverse()
            costs = {server.port: cost(server, sent) for server, sent in pair}
            taken[name].append((costs[stand.ours.port], costs[stand.bare.port]))
    for name, pairs in taken.items():
        cpu = [(ours.cpu, bare.cpu) for ours, bare in pairs]
        rate = [(ours.rate, bare.rate) for ours, bare in pairs]
        yield paired(f"{name}: CPU, {kind}", cpu, "ms a request", CPU_BOUND)
        yield paired(f"{name}: rate, {kind}", rate, "requests/s", RATE_BOUND, at_least=True)
        yield Measure(f"{name}: queries, {kind}", count_of[name], 1, "queries a page", MOST_QUERIES)


def walked(stand: Stand) -> tuple[dict[str, str], Browser]:
    """Anna has begun a module and a dilemma: the addresses of where she is, and her browser."""
    browser = Browser(stand.ours.port, stand.app, stand.town.sign_in_of("Anna")["account_id"])
    browser.open(f"/modules/{MODULE}")
    _status, section = browser.open(f"/modules/{MODULE}/begin", browser.form())
    browser.open(f"/dilemmas/{DILEMMA}")
    _status, scene = browser.open(f"/dilemmas/{DILEMMA}/begin", browser.form())
    return {"overview": "/overzicht", "section": section, "scene": scene}, browser


def cost(server: Server, load: Load, warm: bool = False) -> Cost:
    """What this load took. A warming run is a quarter of it, and its cost means nothing."""
    if warm:
        load = replace(load, count=load.count // 4)
    before = server.cpu()
    sent = server.send(load)
    return Cost((server.cpu() - before) / load.count * 1000, load.count / sent.seconds)


def _queries(stand: Stand, browser: Browser, path: str) -> int:
    """How many statements our application sends for one page, once it is warm."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    client = stand.app.test_client()
    for name, value in browser.cookies.items():
        client.set_cookie(name, value)
    client.get(path)
    engine = stand.town.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    answer = client.get(path)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return sum(not statement.startswith("BEGIN") for statement in asked)


def _submit_on(stand: Stand, kind: str, quick: bool) -> Measure:
    """The same answer again and again: each time a locked attempt, an upsert and a commit."""
    rounds, count = (2, 200) if quick else (6, 400)
    addresses, browser = walked(stand)
    browser.open(addresses["section"])
    module = stand.town.library.modules[MODULE]
    question = next(q for q in module.questions if q.kind is QuestionKind.ONE)
    path = f"/modules/{MODULE}/{quote(question.section_id)}/vraag/{quote(question.id)}"
    headers = {**browser.headers(), "Content-Type": "application/x-www-form-urlencoded"}
    body = browser.form(antwoord="1")
    load = Load(stand.ours.port, path, count, 1, "POST", headers, body, 303)
    bare = Load(stand.bare.port, "/insert", count, 1, "POST", {}, "", 204)
    cost(stand.ours, load, warm=True)
    cost(stand.bare, bare, warm=True)
    pairs = [(cost(stand.ours, load).cpu, cost(stand.bare, bare).cpu) for _ in range(rounds)]
    return paired(f"answer: CPU, {kind}", pairs, "ms a request", SUBMIT_BOUND)
