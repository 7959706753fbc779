"""A year passes: the refresher opens, one digest goes out, and Anna is valid again. Runs last."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from playwright.sync_api import expect

from tests.browser import walking
from tests.browser.conftest import Site, Visitor, free_port
from training.content.classes import Library
from training.db import Base, Database
from training.learning import rules as learning
from training.learning.models import Attempt
from training.learning.queries import taking_of
from training.people.models import Person

Visit = Callable[..., Visitor]
DRUGS = "drugshandel-herkennen"
ANNA = sa.select(Person.id).where(Person.email == "p1@merendijk.example").scalar_subquery()
HERS = sa.and_(Attempt.module_id == DRUGS, Attempt.person_id == ANNA)


class Post(Message):
    """Keeps what a real SMTP server accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[object] = []

    def handle_message(self, message: object) -> None:
        self.received.append(message)


def move_back(database: Database, days: int) -> None:
    """Lets time pass: every date in the records lies so many days earlier. In two leaps, as a row
    on its way may not meet the old place of another."""
    with database.transaction() as db:
        for leap in (36_500, -36_500 - days):
            for table in Base.metadata.sorted_tables:
                for column in (c for c in table.c if isinstance(c.type, sa.Date)):
                    moved = sa.type_coerce(sa.func.date(column, f"{leap:+d} days"), sa.Date)
                    db.execute(sa.update(table).where(column.is_not(None)).values({column: moved}))


def test_a_year_later_anna_takes_the_refresher(visit: Visit, site: Site, library: Library) -> None:
    """The whole town moves eleven months on: no other file may come after this one."""
    module = library.modules[DRUGS]
    site.run("refreshers", stops=True)
    database = site.database
    move_back(database, 340)
    post, port = Post(), free_port()
    server = Controller(post, hostname="127.0.0.1", port=port)
    server.start()
    try:
        site.run("refreshers", stops=True)
        site.run("refreshers", stops=True)
        site.run("mail", "send", SMTP_URL=f"smtp://127.0.0.1:{port}")
    finally:
        server.stop()
    to_anna = [m for m in post.received if "p1@merendijk.example" in str(m["To"])]  # type: ignore[index]
    assert len(to_anna) == 1, "one digest, though the job ran twice"

    anna = visit()
    page = anna.sign_in("anna@merendijk.example")
    page.get_by_role("link", name=module.title).click()
    expect(page.get_by_text("de opfrisser: eerst wat nieuw is")).to_be_visible()
    anna.examine()
    page.get_by_role("button", name="Begin met de opfrisser").click()
    wrong_section = None
    for _ in range(len(module.sections) + 2):
        anna.examine()
        title = page.get_by_role("heading", level=1).inner_text()
        section = next((s for s in module.sections if s.title == title), None)
        if section is None:
            break
        with database.reading() as db:
            attempt = db.scalars(sa.select(Attempt).where(HERS)).one()
            asked = next(
                p
                for p in learning.pages(taking_of(db, attempt, module))
                if p.section.id == section.id
            )
        for question in asked.questions:
            if wrong_section is None:
                wrong_section = section
                walking.answer(page, question, right=False)
                expect(page.get_by_text("Hier ging een vraag nog niet goed")).to_be_visible()
            walking.answer(page, question)
        page.get_by_role("button", name="Verder", exact=True).or_(
            page.get_by_role("button", name="Naar afronden", exact=True)
        ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Afronden")
    page.get_by_role("button", name="Rond de module af").click()
    expect(page.get_by_text("Je bewijs is opgeslagen")).to_be_visible()
    page.get_by_role("link", name="Naar je overzicht").click()
    valid = page.locator("li", has_text="Drugshandel herkennen").filter(
        has_text="geldig tot en met"
    )
    expect(valid.first).to_be_visible()
    assert (
        page.locator("section", has_text="Dit heb je gedaan")
        .locator("li", has_text=module.title)
        .count()
        == 2
    ), "both completions stay in the history"

    hanna = visit()
    page = hanna.sign_in("hanna@merendijk.example")
    hanna.open("/deelname?naam=Anna+de+Vries")
    row = page.locator("tr", has_text="Drugshandel herkennen").filter(has_text="Merendijk")
    expect(row.first).to_contain_text("geldig")
