"""What can be filled in at the desk: a duty, its policy, the reason for a change."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from wtforms import DateField, IntegerField, SearchField, StringField, TextAreaField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from training.assignments import opening_actions
from training.assignments.rules import TURN_DAYS, Basis, Cause, Choose, Policy, RefresherForm
from training.assignments.word_rules import OPENS_FOR
from training.clock import MONTHS
from training.content.classes import ContentKind, Library
from training.desk.draft_rules import Draft
from training.people.models import Unit
from training.web.form_kit import FilterForm, Form, RadioField, SelectField, SelectMultipleField

LONGEST = 3660  # days: ten years
LONGEST_EXTRA = opening_actions.LONGEST
BY_DAYS, BY_DATE = "dagen", "datum"
ASKED_AGAIN = (RefresherForm.FULL, RefresherForm.REFRESHER, RefresherForm.DILEMMA)
QUIET = {
    "schoolvakanties": "Schoolvakanties",
    "raadsreces": "Reces van de raad",
    "verkiezingsdag": "Verkiezingsdag",
}


def _a_day(_form: object, field: DateField) -> None:
    """A date with which one can count; a browser lets somebody type the year 20266."""
    if field.data is not None and not 1950 <= field.data.year <= 2100:
        raise ValidationError("Kies een datum tussen 1950 en 2100.")


def _days(label: str, default: int, help_text: str) -> IntegerField:
    message = f"Vul een getal in van 0 tot en met {LONGEST}."
    return IntegerField(
        label,
        [InputRequired(message), NumberRange(0, LONGEST, message)],
        default=default,
        description=help_text,
    )


class PolicyForm(Form):
    """When something is due, and how long it holds."""

    in_force_from = DateField(
        "Geldt vanaf",
        [DataRequired("Kies een datum."), _a_day],
        description="Op deze dag staat de eerste ronde open.",
    )
    first_due = RadioField(
        "Wanneer moet de eerste keer klaar zijn?",
        [InputRequired("Kies een van de twee.")],
        choices=[
            (BY_DAYS, "Een aantal dagen na de start (in dienst, in de doelgroep of deze datum)"),
            (BY_DATE, "Op een vaste datum, voor iedereen dezelfde"),
        ],
        default=BY_DAYS,
    )
    first_due_days = IntegerField(
        "Aantal dagen",
        [Optional(), NumberRange(0, LONGEST, f"Vul een getal in van 0 tot en met {LONGEST}.")],
        default=90,
    )
    first_due_on = DateField("Vaste datum", [Optional(), _a_day])
    notice_days = _days(
        "Minstens zoveel dagen de tijd", 14, "Niemand is op de eerste dag al te laat."
    )
    spread_days = _days(
        "Spreiden over hoeveel dagen", 0, "Zo zit niet een heel team in dezelfde week. 0 is niet."
    )
    validity_months = IntegerField(
        "Hoeveel maanden geldt het?",
        [
            Optional(),
            NumberRange(1, 120, "Vul een getal in van 1 tot en met 120, of laat het leeg."),
        ],
        default=12,
        description="Laat leeg als één keer genoeg is.",
    )
    basis = RadioField(
        "Vanaf wanneer tellen die maanden?",
        [InputRequired("Kies een van de drie.")],
        choices=[
            (Basis.COMPLETION.name, "Vanaf de dag waarop iemand het doet"),
            (Basis.ANNIVERSARY.name, "Vanaf de vorige datum, als iemand op tijd opfrist"),
            (Basis.CALENDAR.name, "Niet: het is elk jaar op een vaste datum"),
        ],
        default=Basis.COMPLETION.name,
    )
    fixed_day = IntegerField(
        "Dag", [Optional(), NumberRange(1, 31, "Vul een dag in van 1 tot en met 31.")]
    )
    fixed_month = SelectField(
        "Maand",
        [Optional()],
        choices=[("", "Kies een maand"), *((str(n), m) for n, m in enumerate(MONTHS, 1))],
    )
    minimum_days = _days(
        "Minstens zoveel dagen geldig",
        90,
        "Bij een vaste datum: is die dichterbij, dan wordt het een jaar later.",
    )
    window_days = _days("Opnieuw doen kan zoveel dagen vooraf", 42, "")
    grace_days = _days("Respijt na de datum, in dagen", 28, "")
    refresher = RadioField(
        "Wat doet iemand de volgende keer?",
        [InputRequired("Kies een van de drie.")],
        choices=[(form.name, form.value.capitalize()) for form in ASKED_AGAIN],
        default=RefresherForm.REFRESHER.name,
    )

    quiet = SelectMultipleField(
        "Wanneer is het rustig?",
        [Optional()],
        choices=list(QUIET.items()),
        description="Dan gaat er geen mail uit. Een datum in die tijd schuift op.",
    )

    opens_for = SelectMultipleField(
        "Wanneer gaat er vanzelf een extra ronde open?",
        [Optional()],
        choices=[(cause.name, words.capitalize()) for cause, words in OPENS_FOR.items()],
        description=f"Wie het al deed, doet het dan opnieuw en heeft daar {TURN_DAYS} dagen voor.",
    )

    def quiet_names(self) -> tuple[str, ...]:
        """The calendars that were ticked."""
        return tuple(self.quiet.data or ())

    def fill(self, policy: Policy) -> None:
        """Shows a policy in the fields."""
        self.quiet.data, self.opens_for.data = list(policy.quiet), list(policy.opens_for)
        self.in_force_from.data = policy.from_on
        self.first_due.data = BY_DAYS if policy.first_due_on is None else BY_DATE
        self.basis.data, self.refresher.data = policy.basis.name, policy.form.name
        self.fixed_month.data = str(policy.fixed_month or "")
        for name in (
            "first_due_days", "first_due_on", "validity_months", "fixed_day", "minimum_days",
            "window_days", "grace_days", "notice_days", "spread_days",
        ):  # fmt: skip
            self[name].data = getattr(policy, name)

    def validate(self, extra_validators: object = None) -> bool:
        """Also what one field asks of another."""
        good = bool(super().validate())
        if self.first_due.data == BY_DAYS and self.first_due_days.data is None:
            good = _wrong(self.first_due_days, "Vul in na hoeveel dagen het klaar moet zijn.")
        if self.first_due.data == BY_DATE and self.first_due_on.data is None:
            good = _wrong(self.first_due_on, "Kies op welke datum het klaar moet zijn.")
        if self.basis.data == Basis.CALENDAR.name:
            if not self.fixed_month.data:
                good = _wrong(self.fixed_month, "Kies de maand van de vaste datum.")
            if not self.fixed_day.data:
                good = _wrong(self.fixed_day, "Vul de dag van de vaste datum in.")
            if self.validity_months.data is None:
                good = _wrong(
                    self.validity_months, "Vul een aantal maanden in, want dit komt elk jaar terug."
                )
        months, window = self.validity_months.data, self.window_days.data
        if months is not None and window is not None and window >= months * SHORTEST_MONTH:
            good = _wrong(
                self.window_days,
                "Kies minder dagen dan het bewijs geldig is. Anders gaat een ronde open voordat de "
                "vorige begon.",
            )
        return good

    def begins_from(self, today: dt.date) -> bool:
        """Whether it begins today or later: what was, does not change."""
        if self.in_force_from.data is not None and self.in_force_from.data >= today:
            return True
        return _wrong(
            self.in_force_from, "Kies vandaag of een latere dag: wat was, verandert niet."
        )

    def policy(self, version: int = 1) -> Policy:
        """The policy as filled in; call it after `validate`."""
        calendar = self.basis.data == Basis.CALENDAR.name
        by_date = self.first_due.data == BY_DATE
        return Policy(
            version=version,
            from_on=self.in_force_from.data or dt.date.max,
            first_due_days=None if by_date else self.first_due_days.data,
            first_due_on=self.first_due_on.data if by_date else None,
            validity_months=self.validity_months.data,
            basis=Basis[self.basis.data],
            fixed_month=int(self.fixed_month.data) if calendar else None,
            fixed_day=self.fixed_day.data if calendar else None,
            minimum_days=self.minimum_days.data or 0,
            window_days=self.window_days.data or 0,
            grace_days=self.grace_days.data or 0,
            notice_days=self.notice_days.data or 0,
            spread_days=self.spread_days.data or 0,
            form=RefresherForm[self.refresher.data],
            quiet=self.quiet_names(),
            opens_for=tuple(self.opens_for.data or ()),
        )


SHORTEST_MONTH = 28  # days


def _wrong(field: IntegerField | DateField | SelectField, message: str) -> bool:
    field.errors = [*field.errors, message]
    return False


class DutyForm(PolicyForm):
    """A duty of one's own, or one from the ready programme with other dates."""

    title = StringField("Naam", [DataRequired("Geef de verplichting een naam."), Length(max=160)])
    unit = SelectField("Voor welk onderdeel?", [InputRequired("Kies een onderdeel.")])
    audiences = SelectMultipleField(
        "Voor welke doelgroepen?", [DataRequired("Kies minstens één doelgroep.")]
    )
    modules = SelectMultipleField("Modules", [Optional()])
    dilemmas = SelectMultipleField("Dilemma's", [Optional()])
    meetings = SelectMultipleField("Bijeenkomsten", [Optional()])
    choose = RadioField(
        "Moet alles, of is één genoeg?",
        [InputRequired("Kies een van de twee.")],
        choices=[
            (Choose.ALL.name, "Alles wat ik aankruis"),
            (Choose.ONE.name, "Eén daarvan, steeds een andere"),
        ],
        default=Choose.ALL.name,
    )

    def offer(self, units: Sequence[Unit], audiences: Sequence[str], library: Library) -> None:
        """Fills the lists with what this visitor may choose from."""
        self.unit.choices = [(str(unit.id), f"{unit.name} ({unit.kind.value})") for unit in units]
        self.audiences.choices = [(slug, library.audiences[slug].label) for slug in audiences]
        for field, shelf in (
            (self.modules, library.modules),
            (self.dilemmas, library.dilemmas),
            (self.meetings, library.meetings),
        ):
            titles = [(item.id, item.title) for item in shelf.values()]
            field.choices = sorted(titles, key=lambda pair: pair[1])

    def fill_from(self, draft: Draft, unit_id: uuid.UUID) -> None:
        """Shows a duty of the ready programme in the fields."""
        self.fill(draft.policy)
        self.title.data, self.unit.data = draft.title, str(unit_id)
        self.audiences.data, self.choose.data = list(draft.audiences), draft.choose.name
        for kind, field in self._shelves():
            field.data = [name for one, name in draft.contents if one is kind]

    def contents(self) -> list[tuple[ContentKind, str]]:
        """What was ticked, modules first."""
        ticked = [(kind, name) for kind, field in self._shelves() for name in field.data or []]
        return list(dict.fromkeys(ticked))

    def chosen(self) -> Choose:
        """Whether all content is asked, or one piece."""
        return Choose[self.choose.data]

    def validate(self, extra_validators: object = None) -> bool:
        """Also that something is asked."""
        good = super().validate(extra_validators)
        if not self.contents():
            self.modules.errors = ["Kies minstens één module, dilemma of bijeenkomst."]
            return False
        return good

    def _shelves(self) -> tuple[tuple[ContentKind, SelectMultipleField], ...]:
        return (
            (ContentKind.MODULE, self.modules),
            (ContentKind.DILEMMA, self.dilemmas),
            (ContentKind.MEETING, self.meetings),
        )


class ReasonForm(Form):
    """Why something is changed; it stays visible on the page of the duty."""

    why = TextAreaField(
        "Waarom doe je dit?",
        [DataRequired("Schrijf in één zin waarom."), Length(max=300)],
        description="Dit blijft zichtbaar bij de verplichting. Schrijf geen namen op.",
    )


class ChangeForm(ReasonForm):
    """Why the rules change, and for which rounds."""

    FUTURE, OPEN_TOO = "future", "open"
    scope = RadioField(
        "Voor welke rondes?",
        [InputRequired("Kies een van de twee.")],
        choices=[
            (FUTURE, "Alleen volgende rondes. Wie nu een datum heeft, houdt die."),
            (OPEN_TOO, "Ook lopende rondes. De datums hierboven veranderen, vanaf vandaag."),
        ],
        default=FUTURE,
    )


def _few_days() -> IntegerField:
    message = f"Geef tussen 1 en {LONGEST_EXTRA} dagen de tijd."
    return IntegerField(
        "Klaar binnen hoeveel dagen?",
        [InputRequired(message), NumberRange(1, LONGEST_EXTRA, message)],
        default=28,
    )


def _causes(*causes: Cause) -> list[tuple[str, str]]:
    return [(cause.name, cause.value.capitalize()) for cause in causes]


class ExtraForm(ReasonForm):
    """A round out of its turn for everybody under a duty."""

    opens_on = DateField("Open vanaf", [DataRequired("Kies een dag."), _a_day])
    due_days = _few_days()
    cause = RadioField(
        "Waardoor?",
        [InputRequired("Kies een van de drie.")],
        choices=_causes(Cause.INCIDENT, Cause.LAW, Cause.TERM),
    )


class ExtraForPersonForm(Form):
    """A round out of its turn for one person."""

    extra_duty = SelectField("Verplichting", [InputRequired("Kies een verplichting.")])
    extra_from = DateField("Open vanaf", [DataRequired("Kies een dag."), _a_day])
    extra_days = _few_days()
    extra_cause = SelectField(
        "Waardoor?",
        [InputRequired("Kies waardoor.")],
        choices=_causes(Cause.ROLE, Cause.SUCCESSOR, Cause.TERM, Cause.INCIDENT, Cause.LAW),
    )
    extra_why = StringField(
        "Toelichting",
        [DataRequired("Schrijf in één zin waarom."), Length(max=300)],
        description="Deze persoon kan dit lezen.",
    )


class SpreadForm(FilterForm):
    """Over how many days a duty is spread."""

    spread_days = IntegerField(
        "Spreiden over hoeveel dagen?",
        [
            InputRequired("Vul een getal in van 0 tot en met 365."),
            NumberRange(0, 365, "Vul een getal in van 0 tot en met 365."),
        ],
        description="De laatste datum blijft. Een deel van de mensen komt eerder aan de beurt.",
    )


class EndDutyForm(ReasonForm):
    """The last day of a duty."""

    last_day = DateField("Laatste dag", [DataRequired("Kies de laatste dag."), _a_day])


class FindPersonForm(FilterForm):
    """Whom to look up."""

    zoek = SearchField("Naam of personeelsnummer", [Length(max=100)])


class PauseForm(Form):
    """From when until when somebody is away; no reason is asked."""

    pause_from = DateField("Eerste dag", [DataRequired("Kies de eerste dag van de pauze."), _a_day])
    pause_until = DateField(
        "Laatste dag", [DataRequired("Kies de laatste dag van de pauze."), _a_day]
    )


class ExemptForm(Form):
    """From which duty somebody is let off, until when and why."""

    duty = SelectField("Verplichting", [InputRequired("Kies een verplichting.")])
    exempt_from = DateField("Eerste dag", [DataRequired("Kies de eerste dag."), _a_day])
    exempt_until = DateField("Laatste dag", [DataRequired("Kies de laatste dag."), _a_day])
    reason = StringField(
        "Reden",
        [DataRequired("Schrijf waarom."), Length(max=300)],
        description="Deze persoon kan dit lezen. Schrijf niets over gezondheid.",
    )


class EarlierForm(Form):
    """What somebody did before, or elsewhere."""

    content = SelectField("Wat is er gedaan?", [InputRequired("Kies wat er gedaan is.")])
    completed_on = DateField("Op welke dag?", [DataRequired("Kies de dag."), _a_day])
