"""A hall with a facilitator, a screen and phones, for tests that play a dilemma together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.signing import sign_in
from tests.town import Town
from training.meetings.rules import Step

HERE = {"Sec-Fetch-Site": "same-origin"}  # what a browser sends with a form of this site
DILEMMA = "de-brief-op-de-mat"


class Phone:
    """A phone without an account: keeps its cookie, and the page that it shows."""

    def __init__(self, app: Flask, code: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.code = code
        self.page = ""

    def look(self) -> str:
        """Opens (or refreshes) the page."""
        self.page = self.client.get(f"/m/{self.code}").get_data(as_text=True)
        return self.page

    def join(self) -> str:
        """Presses "Doe mee"."""
        self.client.post(f"/m/{self.code}/meedoen", headers=HERE)
        return self.look()

    def vote(self, choice: int | None) -> TestResponse:
        """Presses "Stem" on the page that it shows, however old that is."""
        found = re.search(r'name="ronde" value="([^"]+)"', self.page)
        turn = re.search(r'name="beurt" value="(\d+)"', self.page)
        data = {"ronde": found.group(1) if found else "", "beurt": turn.group(1) if turn else ""}
        if choice is not None:
            data["keuze"] = str(choice)
        answer = self.client.post(f"/m/{self.code}/stem", data=data, headers=HERE)
        if answer.status_code == 303:
            self.look()
        else:
            self.page = answer.get_data(as_text=True)
        return answer

    def poll(self, version: int) -> TestResponse:
        """Asks whether something changed."""
        return self.client.get(f"/m/{self.code}/stand?na={version}")

    @property
    def heading(self) -> str:
        """The h1 of the page that it shows."""
        return heading_of(self.page)


def heading_of(page: str) -> str:
    """The text of the h1 of a page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    return re.sub(r"<[^>]+>", "", found.group(1)).strip() if found else ""


@dataclass
class Hall:
    """A meeting that Fatma leads."""

    app: Flask
    town: Town
    desk: FlaskClient
    meeting_id: str
    code: str
    phones: list[Phone] = field(default_factory=list)

    @classmethod
    def opened(cls, app: Flask, town: Town, dilemma: str = DILEMMA, **plan: object) -> Hall:
        """Prepares a dilemma and opens the waiting room."""
        desk = sign_in(app.test_client(), town, "fatma")
        data: dict[str, object] = {
            "unit": str(town.units["raad"]),
            "shape": "heel",
            "vote": ["de-mat", "na-de-fractieavond", "de-tip-van-joost"],
            "second_round": ["de-mat"],
            "path_by": "FACILITATOR",
            "council": "y",
        } | plan
        answer = desk.post(f"/bijeenkomsten/dilemma/{dilemma}", data=data)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        meeting_id = answer.location.split("/")[-2]
        page = desk.get(answer.location).get_data(as_text=True)
        found = re.search(r"/m/(\w+)/scherm", page)
        assert found
        return cls(app, town, desk, meeting_id, found.group(1))

    def welcome(self, number: int) -> list[Phone]:
        """So many phones more join."""
        new = [Phone(self.app, self.code) for _ in range(number)]
        for phone in new:
            phone.join()
        self.phones += new
        return new

    @property
    def version(self) -> int:
        """The version of the stand, as the desk shows it."""
        found = re.search(r'data-version="(\d+)"', self.look())
        assert found
        return int(found.group(1))

    def look(self) -> str:
        """The desk as it is now."""
        return self.desk.get(f"/bijeenkomsten/{self.meeting_id}/leiden").get_data(as_text=True)

    def press(self, step: Step, version: int | None = None, **more: str) -> TestResponse:
        """Presses a button of the desk."""
        data = {"stap": step.name, "stand": str(version or self.version), **more}
        return self.desk.post(f"/bijeenkomsten/{self.meeting_id}/leiden", data=data)

    def screen(self) -> str:
        """What the projector shows."""
        return self.app.test_client().get(f"/m/{self.code}/scherm").get_data(as_text=True)

    def all_look(self) -> None:
        """Every phone refreshes."""
        for phone in self.phones:
            phone.look()
