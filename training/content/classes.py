"""What content is once it has been read and accepted: the classes that every other room uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from markupsafe import Markup, escape

from training.content.conditions import Condition


class Theme(Enum):
    DRUG_TRADE = "drugshandel"
    HUMAN_TRAFFICKING = "mensenhandel"
    LAUNDERING_AND_PROPERTY = "witwassen-vastgoed"
    PROPERTY_CRIME = "vermogenscriminaliteit"
    INTEGRITY = "integriteit"
    AGGRESSION = "agressie-en-geweld"
    INFORMATION_AND_PRIVACY = "informatie-en-privacy"
    UNDERMINING = "ondermijning"

    @property
    def label(self) -> str:
        """The name of the theme as the reader sees it."""
        return {
            Theme.LAUNDERING_AND_PROPERTY: "Witwassen en vastgoed",
            Theme.AGGRESSION: "Agressie en geweld",
            Theme.INFORMATION_AND_PRIVACY: "Informatie en privacy",
        }.get(self, self.value.capitalize())


class Change(Enum):
    """What a new version means for those who completed an older one; the author decides."""

    EDITORIAL = "redactioneel"
    ADDITION = "aanvulling"
    MANDATORY_AGAIN = "opnieuw-verplicht"


class ContentKind(Enum):
    __hash__ = object.__hash__  # half of every key: enum's own, in Python, was a tenth of a search
    MODULE = "module"
    DILEMMA = "dilemma"
    MEETING = "bijeenkomst"


class LimitColour(Enum):
    """How a choice stands to the law: allowed, in doubt, or over the limit."""

    GREEN = "groen"
    GREY = "grijs"
    RED = "rood"


class QuestionKind(Enum):
    ONE = "kies één"
    SEVERAL = "kies alle"
    ORDER = "zet op volgorde"


class BoxKind(Enum):
    REMEMBER = "onthoud"
    LAW = "wet"
    NEW = "nieuw"


class PathBy(Enum):
    """Who picks the path when a group plays."""

    FACILITATOR = "gespreksleider"
    MAJORITY = "meerderheid"


@dataclass(frozen=True, slots=True)
class LocalInsert:
    """A contact or document of the municipality itself, `{{ name }}` in a text.

    `general` stands in its place as long as the municipality has not filled it in.
    """

    name: str
    label: str
    general: str


Part = str | LocalInsert


@dataclass(frozen=True, slots=True)
class Rich:
    """Text made ready at load: facts filled in, sanitised, only the local inserts still open."""

    markup: tuple[Part, ...]
    words: tuple[Part, ...]

    def html(self, inserts: Mapping[str, Markup | str] | None = None) -> Markup:
        """The text as HTML; a plain string in `inserts` is escaped, an unknown one is general."""
        given = inserts or {}
        parts = (
            part if isinstance(part, str) else escape(given.get(part.name, part.general))
            for part in self.markup
        )
        return Markup("".join(parts))  # noqa: S704 sanitised at load

    def plain(self, inserts: Mapping[str, Markup | str] | None = None) -> str:
        """The text without markup, for search, mail and PDF."""
        given = inserts or {}
        return "".join(
            part if isinstance(part, str) else _bare(given.get(part.name, part.general))
            for part in self.words
        )

    @property
    def text(self) -> str:
        """The text without markup, with the general text for each local insert."""
        return self.plain()

    @property
    def inserts(self) -> tuple[str, ...]:
        """The names of the local inserts in this text, in order, each once."""
        names = (part.name for part in self.markup if isinstance(part, LocalInsert))
        return tuple(dict.fromkeys(names))


def _bare(value: Markup | str) -> str:
    return value.striptags() if isinstance(value, Markup) else value


@dataclass(frozen=True, slots=True)
class Audience:
    """`council`: its members are elected or appointed, not employed. `outside`: it is not of the
    municipality, and needs no account."""

    slug: str
    label: str
    description: str = ""
    council: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class ThemeText:
    """What a theme is about, and what one can notice of it."""

    about: str
    notice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that dates, `{{ feit:key }}` in a text; it stands in one place only."""

    key: str
    value: str
    description: str
    source: str
    verified: bool
    review_due: date


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the player explains; in a text it links to `#begrip-<slug>` on the same page."""

    slug: str
    word: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Source:
    key: str
    title: str
    url: str
    valid_on: date | None = None


@dataclass(frozen=True, slots=True)
class Review:
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Picture:
    """An own SVG, checked at load: safe to put inline, its ids made unique by `prefix`."""

    name: str
    alt: str
    svg: str
    ids: frozenset[str]

    @property
    def markup(self) -> Markup:
        """The picture for in the page; its alternative text is part of it (`aria-label`)."""
        return Markup(self.svg)  # noqa: S704 only elements and attributes from our own list

    @property
    def prefix(self) -> str:
        """What stands before each id in `svg`: element `ramen` has id `bedrijfspand-ramen`."""
        return self.name.removesuffix(".svg") + "-"


# ---------------------------------------------------------------- modules


@dataclass(frozen=True, slots=True)
class Prose:
    """Running text; with an audience it is for that audience only."""

    rich: Rich
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A framed text: to remember, about the law, or new since a version (`since`)."""

    kind: BoxKind
    rich: Rich
    audience: str | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`id` is `a1`, `a2` … in the order of the file: shuffle before showing."""

    id: str
    rich: Rich
    correct: bool
    feedback: Rich | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question; of kind ORDER the order of `answers` is the right one."""

    id: str
    section_id: str
    kind: QuestionKind
    title: str
    case: Rich | None
    answers: tuple[Answer, ...]
    feedback: Rich | None = None
    line: int = 0

    @property
    def right(self) -> tuple[str, ...]:
        """The ids of the right answers; for ORDER all ids in the right order."""
        return tuple(a.id for a in self.answers if a.correct or self.kind is QuestionKind.ORDER)

    def answer(self, answer_id: str) -> Answer | None:
        return next((a for a in self.answers if a.id == answer_id), None)


@dataclass(frozen=True, slots=True)
class SignalItem:
    """Something to notice; `target` is the id of the element in the picture, without prefix."""

    id: str
    rich: Rich
    is_signal: bool
    feedback: Rich | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """An exercise in noticing: a scene, and things in it that are a signal or are ordinary."""

    id: str
    section_id: str
    title: str
    scene: Rich
    picture: Picture | None
    items: tuple[SignalItem, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture between the text."""

    picture: Picture
    audience: str | None = None


Block = Prose | Box | Figure | Question | Signals


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the player."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    terms: tuple[Term, ...] = ()
    line: int = 0

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Question))

    @property
    def new_since(self) -> int | None:
        """The latest version in which something was added to this section, if any was."""
        return max((b.since for b in self.blocks if isinstance(b, Box) and b.since), default=None)

    def is_new_since(self, version: int) -> bool:
        """Whether this section holds something that a reader of `version` has not seen."""
        return (self.new_since or 0) > version


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """`minutes` to take it whole; `pass_mark` in percent; `draw` questions in a refresher."""

    id: str
    title: str
    theme: Theme
    version: int
    change: Change
    audiences: tuple[str, ...]
    public: bool
    minutes: int
    goals: tuple[str, ...]
    summary: str
    reviewed: Review | None
    review_due: date
    sources: Mapping[str, Source]
    previous_ids: Mapping[str, str]
    pass_mark: int
    draw: int
    sections: tuple[Section, ...]
    intro: Rich | None = None
    path: str = ""

    kind = ContentKind.MODULE

    @property
    def themes(self) -> tuple[Theme, ...]:
        return (self.theme,)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(q for s in self.sections for q in s.questions)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term explained in this module, each once (for a print of the whole)."""
        return tuple(dict.fromkeys(t for s in self.sections for t in s.terms))

    def section(self, section_id: str) -> Section | None:
        """The section by its slug, or by a slug that it had in an earlier version."""
        now = self.previous_ids.get(section_id, section_id)
        return next((s for s in self.sections if s.id == now), None)

    def question(self, question_id: str) -> Question | None:
        return next((q for q in self.questions if q.id == question_id), None)


# ---------------------------------------------------------------- dilemmas


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Speech:
    speaker: Person
    rich: Rich


@dataclass(frozen=True, slots=True)
class ConditionalText:
    condition: Condition
    rich: Rich


@dataclass(frozen=True, slots=True)
class Advice:
    """What somebody says when asked; it costs nothing and changes nothing."""

    speaker: Person
    rich: Rich


ScenePart = Prose | Speech | ConditionalText | Advice | Figure


@dataclass(frozen=True, slots=True)
class LimitHint:
    """The colour of a choice, and the limit (a key of `Dilemma.limits`) that it is about."""

    colour: LimitColour
    limit: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """`index` is the place in the file, from 0: it is what a run records."""

    index: int
    rich: Rich
    target: str
    condition: Condition | None = None
    consequence: Rich | None = None
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    scores: Mapping[str, int] = field(default_factory=dict)
    limit: LimitHint | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    id: str
    title: str
    parts: tuple[ScenePart, ...]
    choices: tuple[Choice, ...]
    is_ending: bool
    terms: tuple[Term, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    slug: str
    title: str
    rich: Rich
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class DiscussionQuestion:
    """A question to talk about, after the vote on `scene` if it names one."""

    scene: str | None
    what_if: bool
    rich: Rich


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """How a group plays: the scenes to vote on, those with a second round, who picks the path."""

    vote: tuple[str, ...] = ()
    second_round: tuple[str, ...] = ()
    path_by: PathBy = PathBy.FACILITATOR


@dataclass(frozen=True, slots=True, eq=False)
class Dilemma:
    """`values` are key → label, `flags` key → "Dit gebeurde" sentence, in the file's order."""

    id: str
    title: str
    version: int
    summary: str
    audiences: tuple[str, ...]
    themes: tuple[Theme, ...]
    goals: tuple[str, ...]
    minutes_solo: int
    minutes_group: int | None
    values: Mapping[str, str]
    flags: Mapping[str, str]
    persons: Mapping[str, Person]
    start: str
    group: GroupPlan
    intro: Rich
    scenes: Mapping[str, Scene]
    debrief: Rich
    discussion: tuple[DiscussionQuestion, ...]
    limits: Mapping[str, Limit]
    facilitator: Rich | None
    sources: Mapping[str, Source]
    licence: str
    fictional: bool
    reviewed: Review | None
    review_due: date | None
    previous_ids: Mapping[str, str]
    terms: tuple[Term, ...] = ()
    path: str = ""

    kind = ContentKind.DILEMMA

    @property
    def minutes(self) -> int:
        return self.minutes_solo

    @property
    def endings(self) -> tuple[Scene, ...]:
        return tuple(s for s in self.scenes.values() if s.is_ending)

    def scene(self, scene_id: str) -> Scene | None:
        """The scene by its slug, or by a slug that it had in an earlier version."""
        return self.scenes.get(self.previous_ids.get(scene_id, scene_id))


# ---------------------------------------------------------------- the whole


@dataclass(frozen=True, slots=True, eq=False)
class MeetingKind:
    """A kind of meeting that a duty can ask for (content/programma.yaml)."""

    id: str
    title: str
    summary: str = ""
    minutes: int = 0
    audiences: tuple[str, ...] = ()
    themes: tuple[Theme, ...] = ()
    version: int = 1

    kind = ContentKind.MEETING


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A text that a municipality sends or shows, such as for its intranet."""

    id: str
    title: str
    audiences: tuple[str, ...]
    rich: Rich
    path: str = ""


@dataclass(frozen=True, slots=True)
class QuietPeriod:
    """Days in a row, both included; with `regions` only for municipalities there."""

    name: str
    from_on: date
    until_on: date
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuietCalendar:
    """A calendar of times in which nothing is due and no reminder is sent. `own`: each municipality
    fills it in; `known_until`: up to when its dates have been published."""

    slug: str
    name: str
    source: str
    periods: tuple[QuietPeriod, ...]
    own: bool = False
    known_until: date | None = None


Content = Module | Dilemma | MeetingKind


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All accepted content; made once at the start and never changed."""

    modules: Mapping[str, Module] = field(default_factory=dict)
    dilemmas: Mapping[str, Dilemma] = field(default_factory=dict)
    meetings: Mapping[str, MeetingKind] = field(default_factory=dict)
    messages: Mapping[str, Message] = field(default_factory=dict)
    audiences: Mapping[str, Audience] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    inserts: Mapping[str, LocalInsert] = field(default_factory=dict)
    themes: Mapping[Theme, ThemeText] = field(default_factory=dict)
    programme: Mapping[str, object] = field(default_factory=dict)
    calendars: Mapping[str, QuietCalendar] = field(default_factory=dict)

    def content(self, kind: ContentKind, content_id: str) -> Content | None:
        """The module, dilemma or kind of meeting of that id; None when it is not published."""
        shelves: dict[ContentKind, Mapping[str, Content]] = {
            ContentKind.MODULE: self.modules,
            ContentKind.DILEMMA: self.dilemmas,
            ContentKind.MEETING: self.meetings,
        }
        return shelves[kind].get(content_id)

    @property
    def public_modules(self) -> tuple[Module, ...]:
        """What is open to citizens and businesses without an account."""
        return tuple(m for m in self.modules.values() if m.public)

    @property
    def public_dilemmas(self) -> tuple[Dilemma, ...]:
        """The dilemmas for an audience outside the municipality: open without an account too."""
        outside = {slug for slug, audience in self.audiences.items() if audience.outside}
        return tuple(d for d in self.dilemmas.values() if outside.intersection(d.audiences))
