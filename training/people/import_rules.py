"""Decides what a personnel file changes: who is new, changed, left, missing or in doubt.

The key is the number of the employee; name and e-mail address are attributes, so a new name is the
same person. Who is not in the file has not left: that takes a choice, as does every doubt.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from training.people.import_names import Units, folded, folded_name
from training.people.rules import PositionKind, UnitKind

LARGE = 0.05  # the share of the staff that may leave or change unit without a second person
SKIP, NEW, BACK, SAME = "skip", "new", "back", "same:"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One line of the file. Empty text and None: the file does not say. `tells_leaving`: there is
    a column for the last day, so an empty cell in it means that there is none."""

    line: int
    employee_number: str
    given_name: str
    infix: str
    family_name: str
    email: str | None = None
    department: str = ""
    team: str = ""
    job_title: str = ""
    manager: str = ""
    joined_on: dt.date | None = None
    left_on: dt.date | None = None
    tells_leaving: bool = False

    @property
    def name(self) -> str:
        """The name as one writes it."""
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A unit that is open today."""

    id: uuid.UUID
    name: str
    kind: UnitKind
    parent_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of a person."""

    given_name: str
    infix: str
    family_name: str
    email: str | None
    employee_number: str | None
    joined_on: dt.date
    left_on: dt.date | None = None

    @property
    def name(self) -> str:
        """The name as one writes it."""
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)


@dataclass(frozen=True, slots=True)
class Held:
    """A staff position that somebody holds today or later; `manager` is an employee number."""

    position_id: uuid.UUID
    unit_id: uuid.UUID
    job_title: str
    kind: PositionKind
    manager: str | None
    from_on: dt.date


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the staff, with the places held today or later."""

    person_id: uuid.UUID
    facts: Facts
    places: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Existing:
    """What the municipality has now. `of_others`: numbers of people who are not staff, whom a
    personnel file never changes. `earlier_names` of units a file may still have."""

    persons: tuple[Known, ...] = ()
    units: tuple[UnitFact, ...] = ()
    of_others: frozenset[str] = frozenset()
    earlier_names: tuple[tuple[str, uuid.UUID], ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody decided on the preview: an answer for each doubt by its key, and who of those
    missing from the file have left."""

    answers: Mapping[str, str] = field(default_factory=dict)
    left: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """A place that begins (`held` None), or one that changes unit, title or manager."""

    held: Held | None
    unit_id: uuid.UUID
    job_title: str
    manager: str | None

    @property
    def is_change(self) -> bool:
        """Whether anything differs."""
        held = self.held
        return held is None or (held.unit_id, held.job_title, held.manager) != (
            self.unit_id,
            self.job_title,
            self.manager,
        )


@dataclass(frozen=True, slots=True)
class New:
    """Somebody who is not known yet."""

    line: int
    facts: Facts
    places: tuple[PlaceChange, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody who is known; `line` 0: not in the file, marked as left on the preview."""

    line: int
    person_id: uuid.UUID
    before: Facts
    after: Facts
    places: tuple[PlaceChange, ...]

    @property
    def leaves(self) -> bool:
        """Whether this sets a (new) last day."""
        return self.after.left_on is not None and self.after.left_on != self.before.left_on

    @property
    def moves(self) -> bool:
        """Whether this changes a unit."""
        return any(place.held and place.held.unit_id != place.unit_id for place in self.places)


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to a doubt."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """What only somebody who knows can decide; `chosen` is the answer given, or empty."""

    key: str
    lines: tuple[int, ...]
    who: str
    reason: str
    options: tuple[Option, ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen. `decided` are doubts that have an answer, `remarks` (line, text) tell
    what is not taken over, `same` and `past` count lines that change nothing."""

    new: tuple[New, ...] = ()
    changed: tuple[Changed, ...] = ()
    left: tuple[Changed, ...] = ()
    missing: tuple[Known, ...] = ()
    in_doubt: tuple[Doubt, ...] = ()
    decided: tuple[Doubt, ...] = ()
    remarks: tuple[tuple[int, str], ...] = ()
    same: int = 0
    past: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.new or self.changed or self.left)

    @property
    def fingerprint(self) -> str:
        """The same for two plans that do the same, and for no others."""
        acts = repr((self.new, self.changed, self.left, [d.key for d in self.in_doubt]))
        return hashlib.sha256(acts.encode()).hexdigest()


def plan_import(
    existing: Existing,
    rows: Sequence[FileRow],
    today: dt.date,
    choices: Choices | None = None,
    left_out: Collection[str] = (),
) -> Plan:
    """What `rows` change in `existing`. `left_out` are numbers of employees that are in the file
    on a line that could not be read: they are not missing."""
    planner = _Planner(existing, rows, today, choices or Choices())
    by_number: dict[str, list[FileRow]] = defaultdict(list)
    for row in rows:
        by_number[row.employee_number].append(row)
    for number, together in by_number.items():
        planner.take(number, together)
    return planner.plan(by_number.keys() | frozenset(left_out))


def affected(plan: Plan) -> int:
    """How many people leave or change unit."""
    return len(plan.left) + sum(change.moves for change in plan.changed)


def is_large(plan: Plan, existing: Existing, today: dt.date) -> bool:
    """Whether a second person must confirm: more than 5 % of the staff leaves or changes unit."""
    staff = sum(_in_service(known.facts, today) for known in existing.persons)
    return affected(plan) > LARGE * staff


def _in_service(facts: Facts, today: dt.date) -> bool:
    return facts.joined_on <= today and (facts.left_on is None or facts.left_on >= today)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A place as the file has it; None and empty: the file does not say."""

    unit_id: uuid.UUID | None
    job_title: str
    manager: str


@dataclass(slots=True)
class _Draft:
    """Somebody of the file, whose managers are not looked up yet."""

    line: int
    known: Known | None
    facts: Facts
    places: list[tuple[Held | None, _Wanted]]


class _Undecided(Exception):
    """This person waits for a choice, or was left out by one."""


class _Planner:
    def __init__(
        self, existing: Existing, rows: Sequence[FileRow], today: dt.date, choices: Choices
    ) -> None:
        self.existing, self.today, self.choices = existing, today, choices
        self.units = Units(existing.units, existing.earlier_names)
        self.numbers = {row.employee_number for row in rows}
        self.by_number = {
            known.facts.employee_number: known
            for known in existing.persons
            if known.facts.employee_number
        }
        self.by_id = {known.person_id: known for known in existing.persons}
        self.by_email: dict[str, list[Known]] = defaultdict(list)
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        for known in existing.persons:
            self.by_name[folded(known.facts.name)].append(known)
            if known.facts.email:
                self.by_email[known.facts.email.lower()].append(known)
        self.emails_of_new: dict[str, str] = {}
        self.claimed: set[uuid.UUID] = set()
        self.suspects: set[uuid.UUID] = set()
        self.drafts: list[_Draft] = []
        self.doubts: dict[str, Doubt] = {}
        self.remarks: list[tuple[int, str]] = []
        self.past = 0

    def take(self, number: str, rows: list[FileRow]) -> None:
        """Plans one employee, who can be on several lines: one for each place."""
        try:
            draft = self._draft(number, rows)
        except _Undecided:
            return
        if draft is None:
            self.past += 1
        else:
            self.drafts.append(draft)

    def _draft(self, number: str, rows: list[FileRow]) -> _Draft | None:
        row = rows[0]
        lines = tuple(one.line for one in rows)
        if number in self.existing.of_others:
            self._ask(f"row:{row.line}", lines, row.name, OF_OTHERS, ())
        if len({folded(one.name) for one in rows}) > 1:
            self._ask(f"row:{row.line}", lines, f"nummer {number}", TWO_NAMES, ())
        known = self.by_number.get(number)
        ends = [one.left_on for one in rows]
        left_on = max(day for day in ends if day) if all(ends) else None
        if known is None and left_on is not None and left_on < self.today:
            return None
        if known is None:
            known = self._double(row, lines)
        facts = self._facts(known, row, rows, left_on, lines)
        places: list[tuple[Held | None, _Wanted]] = []
        if facts.left_on is None or facts.left_on >= self.today:
            current = [r for r in rows if r.left_on is None or r.left_on >= self.today] or rows
            held = known.places if known else ()
            wanted = [self._wanted(r, held) for r in current]
            places = self._paired(held, wanted, row, lines)
        if known is not None:
            self.claimed.add(known.person_id)
        elif facts.email:
            self.emails_of_new.setdefault(facts.email, number)
        return _Draft(row.line, known, facts, places)

    def _ask(
        self,
        key: str,
        lines: tuple[int, ...],
        who: str,
        reason: str,
        options: Iterable[Option],
    ) -> str:
        """The answer to a doubt; raises `_Undecided` when there is none, or it is to skip."""
        answers = (*options, Option(SKIP, "Deze regel overslaan"))
        chosen = self.choices.answers.get(key, "")
        if chosen not in {option.value for option in answers}:
            chosen = ""
        before = self.doubts.get(key)
        all_lines = (*before.lines, *lines) if before else lines
        self.doubts[key] = Doubt(key, all_lines, who, reason, answers, chosen)
        if chosen in {"", SKIP}:
            raise _Undecided
        return chosen

    def _double(self, row: FileRow, lines: tuple[int, ...]) -> Known | None:
        """The person that a row with an unknown number is, when somebody says so."""
        by_email = list(self.by_email.get(row.email, ())) if row.email else []
        by_name = [
            known
            for known in self.by_name.get(folded(row.name), ())
            if known.facts.employee_number not in self.numbers
        ]
        alike = {known.person_id: known for known in (*by_email, *by_name)}
        shared = self.emails_of_new.get(row.email) if row.email else None
        if not alike and shared is None:
            return None
        # Somebody whose own number is in the file too is somebody else, at most with a shared
        # address: then there is nobody to choose.
        options = [
            Option(f"{SAME}{known.person_id}", f"Dit is {_described(known)}: nieuw nummer")
            for known in alike.values()
            if known.facts.employee_number not in self.numbers
            and known.person_id not in self.claimed
        ]
        why = [_described(known) for known in alike.values()]
        if shared is not None:
            why.append(f"nummer {shared} in dit bestand (zelfde e-mailadres)")
        self.suspects |= alike.keys()
        chosen = self._ask(
            f"row:{row.line}",
            lines,
            row.name,
            "Lijkt op " + " en op ".join(why) + ".",
            (*options, Option(NEW, "Dit is iemand anders: toevoegen")),
        )
        if chosen == NEW:
            return None
        return self.by_id[uuid.UUID(chosen.removeprefix(SAME))]

    def _facts(
        self,
        known: Known | None,
        row: FileRow,
        rows: list[FileRow],
        left_on: dt.date | None,
        lines: tuple[int, ...],
    ) -> Facts:
        email = next((one.email for one in rows if one.email), None)
        joined_on = min((one.joined_on for one in rows if one.joined_on), default=None)
        before = known.facts if known else None
        if before and not row.tells_leaving:
            left_on = before.left_on
            if left_on is not None and left_on < self.today:
                self._ask(
                    f"row:{row.line}",
                    lines,
                    row.name,
                    f"Staat bij ons als uit dienst sinds {left_on:%d-%m-%Y}.",
                    (Option(BACK, "Is weer in dienst"),),
                )
                left_on = None
        facts = Facts(
            given_name=row.given_name,
            infix=row.infix,
            family_name=row.family_name,
            email=email or (before.email if before else None),
            employee_number=row.employee_number,
            joined_on=joined_on or (before.joined_on if before else self.today),
            left_on=left_on,
        )
        if facts.left_on is not None and facts.left_on < facts.joined_on:
            self._ask(f"row:{row.line}", lines, row.name, LEFT_BEFORE_JOINED, ())
        return facts

    def _wanted(self, row: FileRow, held: tuple[Held, ...]) -> _Wanted:
        if not row.department and not row.team and held:
            return _Wanted(None, row.job_title, row.manager)
        unit = self.units.find(row.department, row.team)
        if unit is not None:
            return _Wanted(unit.id, row.job_title, row.manager)
        key = f"unit:{folded(row.department)}|{folded(row.team)}"
        told = " / ".join(part for part in (row.department, row.team) if part)
        chosen = self._ask(
            key,
            (row.line,),
            told or "geen afdeling of team",
            "Deze afdeling of dit team kennen we niet. Kies waar deze mensen horen, of voeg het "
            "eerst toe bij Organisatie."
            if told
            else "Bij deze regels staat geen afdeling en geen team.",
            [Option(str(one.id), self.units.label(one)) for one in self.existing.units],
        )
        return _Wanted(uuid.UUID(chosen), row.job_title, row.manager)

    def _paired(
        self,
        held: tuple[Held, ...],
        wanted: Iterable[_Wanted],
        row: FileRow,
        lines: tuple[int, ...],
    ) -> list[tuple[Held | None, _Wanted]]:
        """Which place of the file is which that somebody has: the same first, then the same unit,
        then the same title, then the only one left. A place that is not in the file stays."""
        left = list(held)
        open_ones: list[_Wanted] = []
        for one in wanted:
            if not any(_alike(one, other) for other in open_ones):
                open_ones.append(one)
        pairs: list[tuple[Held | None, _Wanted]] = []
        for same_unit, same_title in ((True, True), (True, False), (False, True)):
            for want in list(open_ones):
                match = next(
                    (h for h in left if _fits(h, want, same_unit, same_title)),
                    None,
                )
                if match:
                    pairs.append((match, want))
                    left.remove(match)
                    open_ones.remove(want)
        if open_ones and len(left) > len(open_ones):
            self._ask(f"row:{row.line}", lines, row.name, SEVERAL_PLACES, ())
        for want in open_ones:
            if want.unit_id is not None or left:
                pairs.append((left.pop(0) if left else None, want))
        return pairs

    def plan(self, in_file: Collection[str]) -> Plan:
        """Everything together."""
        managers = _Managers(self.existing.persons, self.drafts)
        new: list[New] = []
        changed: list[Changed] = []
        left: list[Changed] = []
        for draft in self.drafts:
            places = tuple(self._place(draft, *pair, managers) for pair in draft.places)
            if draft.known is None:
                new.append(New(draft.line, draft.facts, places))
                continue
            change = Changed(
                draft.line,
                draft.known.person_id,
                draft.known.facts,
                draft.facts,
                tuple(place for place in places if place.is_change),
            )
            if change.before != change.after or change.places:
                (left if change.leaves else changed).append(change)
        missing = []
        for known in self.existing.persons:
            if self._is_missing(known, in_file):
                if known.person_id in self.choices.left:
                    gone = replace(known.facts, left_on=self.today)
                    left.append(Changed(0, known.person_id, known.facts, gone, ()))
                missing.append(known)
        return Plan(
            new=tuple(new),
            changed=tuple(changed),
            left=tuple(left),
            missing=tuple(missing),
            in_doubt=tuple(doubt for doubt in self.doubts.values() if not doubt.chosen),
            decided=tuple(doubt for doubt in self.doubts.values() if doubt.chosen),
            remarks=tuple(self.remarks),
            same=len(self.drafts) - len(new) - len(changed) - sum(c.line > 0 for c in left),
            past=self.past,
        )

    def _place(
        self, draft: _Draft, held: Held | None, wanted: _Wanted, managers: _Managers
    ) -> PlaceChange:
        manager = held.manager if held else None
        if wanted.manager:
            found = managers.number_of(wanted.manager)
            if found is None:
                self.remarks.append(
                    (draft.line, f"Leidinggevende ‘{wanted.manager[:60]}’ niet gevonden.")
                )
            elif found != draft.facts.employee_number:
                manager = found
        title = wanted.job_title
        if held and (not title or folded(title) == folded(held.job_title)):
            title = held.job_title
        unit_id = wanted.unit_id or (held.unit_id if held else None)
        assert unit_id is not None
        return PlaceChange(held, unit_id, title, manager)

    def _is_missing(self, known: Known, in_file: Collection[str]) -> bool:
        return (
            known.facts.left_on is None
            and _in_service(known.facts, self.today)
            and known.facts.employee_number not in in_file
            and known.person_id not in self.claimed | self.suspects
        )


OF_OTHERS = (
    "Dit nummer is van iemand die niet bij de medewerkers hoort. Jij kunt dat niet wijzigen."
)
TWO_NAMES = (
    "Dit nummer staat bij verschillende namen. Verbeter het bestand, of sla deze regels over."
)
LEFT_BEFORE_JOINED = "De datum uit dienst ligt voor de datum in dienst. Verbeter het bestand."
SEVERAL_PLACES = (
    "Deze persoon heeft meer dan een plaats, en geen ervan lijkt op die in het bestand. Pas de "
    "plaatsen zelf aan op de pagina van deze persoon."
)


def _described(known: Known) -> str:
    number = known.facts.employee_number
    return f"{known.facts.name} ({f'nummer {number}' if number else 'zonder nummer'})"


def _alike(one: _Wanted, other: _Wanted) -> bool:
    return one.unit_id == other.unit_id and folded(one.job_title) == folded(other.job_title)


def _fits(held: Held, wanted: _Wanted, same_unit: bool, same_title: bool) -> bool:
    unit_fits = wanted.unit_id is None or wanted.unit_id == held.unit_id
    title_fits = not wanted.job_title or folded(wanted.job_title) == folded(held.job_title)
    return (unit_fits or not same_unit) and (title_fits or not same_title)


class _Managers:
    """Finds a manager by number or by name, among who is there after this import."""

    def __init__(self, persons: Iterable[Known], drafts: Iterable[_Draft]) -> None:
        self.numbers: set[str] = set()
        self.names: dict[str, set[str]] = defaultdict(set)
        taken = {draft.known.person_id for draft in drafts if draft.known}
        facts = [draft.facts for draft in drafts]
        facts += [known.facts for known in persons if known.person_id not in taken]
        for one in facts:
            if one.employee_number:
                self.numbers.add(one.employee_number)
                self.names[folded(one.name)].add(one.employee_number)

    def number_of(self, text: str) -> str | None:
        """The employee number of the manager that a cell names; None when that is not one."""
        if text in self.numbers:
            return text
        found = self.names.get(folded_name(text), set())
        return next(iter(found)) if len(found) == 1 else None
