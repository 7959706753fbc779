"""Which keys each kind of content file has, and what may stand in them."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from training.content.classes import Change, PathBy, Theme


def _one_of(kind: type[Enum]) -> BeforeValidator:
    def check(given: Any) -> Any:
        values = {member.value: member for member in kind}
        if not isinstance(given, str) or given not in values:
            raise ValueError(f"‘{given}’ kan niet; kies uit {', '.join(values)}")
        return values[given]

    return BeforeValidator(check)


def _web_address(given: Any) -> Any:
    if not isinstance(given, str) or not given.startswith("https://") or " " in given:
        raise ValueError("hier hoort een volledig adres dat begint met https://")
    return given


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9à-ÿ]+(-[a-z0-9à-ÿ]+)*$")]
Heading = Annotated[str, StringConstraints(min_length=1)]
Address = Annotated[str, BeforeValidator(_web_address)]


class Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)


class SourceForm(Form):
    title: Text = Field(alias="titel")
    url: Address
    valid_on: date | None = Field(None, alias="geldig-op")


class ReviewForm(Form):
    by: Text = Field(alias="door")
    on: date = Field(alias="op")


class ContentForm(Form):
    id: Slug
    version: int = Field(alias="versie", ge=1)
    summary: Text = Field(alias="samenvatting")
    audiences: list[Text] = Field(alias="doelgroepen", min_length=1)
    goals: list[Text] = Field(alias="leerdoelen", min_length=1)
    reviewed: ReviewForm | None = Field(None, alias="nagekeken")
    previous_ids: dict[Heading, Heading] = Field(default_factory=dict, alias="vorige-ids")


class QuizForm(Form):
    pass_mark: int = Field(alias="slaaggrens", ge=1, le=100)
    draw: int = Field(alias="trekken", ge=1)


class ModuleForm(ContentForm):
    kind: Literal["module"] = Field(alias="soort")
    title: Text = Field(alias="titel")
    theme: Annotated[Theme, _one_of(Theme)] = Field(alias="thema")
    change: Annotated[Change, _one_of(Change)] = Field(alias="wijziging")
    public: bool = Field(False, alias="openbaar")
    minutes: int = Field(alias="minuten", ge=1, le=120)
    review_due: date = Field(alias="herzien-voor")
    sources: dict[Key, SourceForm] = Field(alias="bronnen")
    quiz: QuizForm = Field(alias="toets")


class MinutesForm(Form):
    solo: int = Field(ge=1, le=120)
    group: int | None = Field(None, alias="groep", ge=1, le=240)


class PersonForm(Form):
    name: Text = Field(alias="naam")
    role: Text = Field(alias="rol")


class GroupForm(Form):
    vote: list[Heading] = Field(default_factory=list, alias="stemmen")
    second_round: list[Heading] = Field(default_factory=list, alias="tweede-ronde")
    path_by: Annotated[PathBy, _one_of(PathBy)] = Field(PathBy.FACILITATOR, alias="pad")


class MediumForm(Form):
    alt: Text
    licence: Text = Field(alias="licentie")
    source: Text = Field(alias="bron")


class DilemmaForm(ContentForm):
    kind: Literal["dilemma"] = Field(alias="soort")
    themes: list[Annotated[Theme, _one_of(Theme)]] = Field(alias="themas", min_length=1)
    minutes: MinutesForm = Field(alias="minuten")
    values: dict[Key, Text] = Field(alias="waarden", min_length=2, max_length=5)
    flags: dict[Key, Text] = Field(default_factory=dict, alias="vlaggen")
    persons: dict[Key, PersonForm] = Field(default_factory=dict, alias="personen")
    start: Heading | None = None
    group: GroupForm | None = Field(None, alias="groep")
    sources: dict[Key, SourceForm] = Field(default_factory=dict, alias="bronnen")
    media: dict[Text, MediumForm] = Field(default_factory=dict)
    review_due: date | None = Field(None, alias="herzien-voor")
    fictional: Literal[True] = Field(alias="fictief")
    licence: Text = Field(alias="licentie")


class MessageForm(Form):
    kind: Literal["bericht"] = Field(alias="soort")
    id: Slug
    title: Text = Field(alias="titel")
    audiences: list[Text] = Field(alias="doelgroepen", min_length=1)
    sources: dict[Key, SourceForm] = Field(default_factory=dict, alias="bronnen")


class MeetingForm(Form):
    title: Text = Field(alias="naam")
    summary: Text = Field(alias="uitleg")


class AudienceForm(Form):
    label: Text = Field(alias="naam")
    description: str = Field("", alias="uitleg")
    council: bool = Field(False, alias="bestuur")
    outside: bool = Field(False, alias="buiten")


class ThemeForm(Form):
    about: Text = Field(alias="uitleg")
    notice: list[Text] = Field(alias="herken", min_length=1)


class InsertForm(Form):
    label: Text
    general: Text = Field(alias="algemeen")


class FactForm(Form):
    value: Text = Field(alias="waarde")
    description: Text = Field(alias="omschrijving")
    source: Address = Field(alias="bron")
    check: Literal["geverifieerd", "te-controleren"] = Field(alias="controle")
    review_due: date = Field(alias="herzien-voor")
