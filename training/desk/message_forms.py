"""What can be filled in for a message of the programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from training.assignments.message_rules import MOST_TIMES, dates
from training.content.classes import Library
from training.web.form_kit import Form, RadioField, SelectField, SelectMultipleField

READY, OWN = "klaar", "eigen"
RHYTHMS = {
    "0": "Eén keer",
    "1": "Elke maand",
    "3": "Elke drie maanden",
    "6": "Elk half jaar",
    "12": "Elk jaar",
}


class MessageForm(Form):
    """What, for whom, and when."""

    source = RadioField(
        "Welk bericht?",
        [InputRequired("Kies een van de twee.")],
        choices=[(READY, "Een bericht dat klaarstaat"), (OWN, "Een bericht dat ik zelf schrijf")],
        default=READY,
    )
    content = SelectField("Bericht dat klaarstaat", [Optional()])
    title = StringField(
        "Onderwerp", [Optional(), Length(max=150, message="Schrijf hoogstens 150 tekens.")]
    )
    text = TextAreaField(
        "Tekst",
        [Optional(), Length(max=6000, message="Schrijf hoogstens 6000 tekens.")],
        description="Een lege regel begint een alinea. Een regel met - ervoor wordt een lijst. "
        "**Zo** wordt iets vet. Noem niemand bij naam, en zet er geen link in om in te loggen.",
    )
    audiences = SelectMultipleField(
        "Voor welke doelgroepen?", [DataRequired("Kies minstens één doelgroep.")]
    )
    first_on = DateField("Op welke dag?", [DataRequired("Kies een dag.")])
    every = SelectField("Hoe vaak?", [Optional()], choices=list(RHYTHMS.items()), default="0")
    times = IntegerField(
        "Hoeveel keer in totaal?",
        [
            Optional(),
            NumberRange(1, MOST_TIMES, f"Vul een getal in van 1 tot en met {MOST_TIMES}."),
        ],
        description="Alleen als het bericht terugkomt.",
    )

    def offer(self, audiences: Sequence[str], library: Library) -> None:
        """Fills the lists with what this visitor may choose from."""
        self.audiences.choices = [(slug, library.audiences[slug].label) for slug in audiences]
        shelf = sorted(library.messages.values(), key=lambda message: message.title)
        self.content.choices = [("", "Kies een bericht"), *((m.id, m.title) for m in shelf)]

    def check(self, today: dt.date) -> bool:
        """Whether all is filled in, also what one field asks of another; the fields tell it."""
        good = bool(self.validate())
        if self.source.data == READY and not self.content.data:
            self.content.errors, good = ["Kies welk bericht."], False
        if self.source.data == OWN:
            if not (self.title.data or "").strip():
                self.title.errors, good = ["Geef het bericht een onderwerp."], False
            if not (self.text.data or "").strip():
                self.text.errors, good = ["Schrijf wat er in het bericht staat."], False
        if self.first_on.data is not None and self.first_on.data < today:
            self.first_on.errors = ["Deze dag is al voorbij. Kies vandaag of later."]
            good = False
        if self.every.data != "0" and not self.times.data and not self.times.errors:
            self.times.errors, good = ["Vul in hoeveel keer het bericht komt."], False
        return good

    def dates(self) -> list[dt.date]:
        """On which days it goes out; call it after `check`."""
        assert self.first_on.data is not None
        return dates(self.first_on.data, int(self.every.data or 0), self.times.data or 1)

    def content_id(self) -> str | None:
        """The message of the library that was chosen; None when it is one's own."""
        return str(self.content.data) if self.source.data == READY else None

    def subject(self, library: Library) -> str:
        """What the mail is called."""
        content_id = self.content_id()
        if content_id is not None:
            return library.messages[content_id].title
        return " ".join((self.title.data or "").split())
