"""The quiet calendars: which times they hold, and whether they run out soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from training.content.classes import QuietCalendar, QuietPeriod
from training.content.forms import Address, Form, Text
from training.content.front_matter import Located, UnreadableError, explain, meant, read_yaml
from training.content.rules import Report

NAME = "kalenders.yaml"
KNOWN_AHEAD = timedelta(days=365)  # due dates are planned about a year ahead
Region = Literal["noord", "midden", "zuid"]


class PeriodForm(Form):
    name: Text = Field(alias="naam")
    from_on: date = Field(alias="van")
    until_on: date = Field(alias="tot")
    regions: list[Region] = Field(default_factory=list, alias="regio")

    @model_validator(mode="after")
    def _in_order(self) -> PeriodForm:
        if self.until_on < self.from_on:
            raise ValueError(f"‘tot’ ({self.until_on}) ligt voor ‘van’ ({self.from_on})")
        return self


class CalendarForm(Form):
    name: Text = Field(alias="naam")
    source: Address | None = Field(None, alias="bron")
    own: bool = Field(False, alias="eigen")
    known_until: date | None = Field(None, alias="bekend-tot")
    periods: Annotated[list[PeriodForm], Field(default_factory=list, alias="perioden")]

    @model_validator(mode="after")
    def _says_where_from(self) -> CalendarForm:
        if not self.own and not (self.periods and self.source):
            raise ValueError("geef ‘perioden’ en hun ‘bron’, of ‘eigen: true’")
        return self


def read_calendars(content: Path, today: date) -> tuple[dict[str, QuietCalendar], Report]:
    """The calendars of a content folder, none when there is no such file; a warning for each that
    ends within a year."""
    report = Report(f"{content.name}/{NAME}")
    try:
        located = read_yaml((content / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, report
    except (UnreadableError, UnicodeDecodeError) as error:
        report.add(getattr(error, "line", 1), "G001", why=error)
        return {}, report
    entries = located.value if isinstance(located.value, dict) else {}
    found = {}
    for key, entry in entries.items():
        try:
            found[str(key)] = _calendar(str(key), CalendarForm.model_validate(entry))
        except ValidationError as error:
            for mistake in error.errors(include_url=False):
                place = (str(key), *mistake["loc"])
                dotted = ".".join(map(str, place))
                report.add(located.line(place), "G002", key=dotted, why=explain(mistake))
    for calendar in found.values():
        if calendar.known_until is not None and calendar.known_until < today + KNOWN_AHEAD:
            line = located.line((calendar.slug,))
            report.add(line, "G006", name=calendar.name, on=calendar.known_until)
    return found, report


def _calendar(slug: str, form: CalendarForm) -> QuietCalendar:
    periods = tuple(
        QuietPeriod(one.name, one.from_on, one.until_on, tuple(one.regions)) for one in form.periods
    )
    known = form.known_until or max((one.until_on for one in periods), default=None)
    return QuietCalendar(slug, form.name, form.source or "", periods, form.own, known)


def check_names(programme: Located, calendars: dict[str, QuietCalendar], report: Report) -> None:
    """Every calendar that a duty of the programme rests in exists."""
    value: Any = programme.value
    duties = value.get("verplichtingen") if isinstance(value, dict) else None
    for place, name in _rests(duties if isinstance(duties, dict) else {}):
        if name not in calendars:
            report.add(
                programme.line(place),
                "G005",
                key=".".join(map(str, place)),
                kind="de kalender",
                name=name,
                hint=meant(name, calendars),
            )


def _rests(duties: dict[Any, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key, duty in duties.items():
        names = duty.get("rustig") if isinstance(duty, dict) else None
        for number, name in enumerate(names if isinstance(names, list) else []):
            yield ("verplichtingen", str(key), "rustig", number), str(name)
