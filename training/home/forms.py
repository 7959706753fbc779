"""What somebody looks for: words, and what it is about, for whom, how long, and done or not."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict
from wtforms import SearchField, SelectField
from wtforms.validators import Length, Optional

from training.content.classes import Library, Theme
from training.home.rules import Status, Wish
from training.web.form_kit import FilterForm

TIMES = {"": "Maakt niet uit", "8": "Hooguit 8 minuten", "12": "Hooguit 12 minuten"}
LONGEST = 100  # characters of a query


class CatalogueForm(FilterForm):
    """The filter of the catalogue. What is not a choice counts as no choice."""

    zoek = SearchField("Zoek in alle tekst", validators=[Optional(), Length(max=LONGEST)])
    thema = SelectField("Thema", validate_choice=False)
    doelgroep = SelectField("Geschreven voor", validate_choice=False)
    tijd = SelectField("Tijd", validate_choice=False)
    stand = SelectField("Wat heb je gedaan?", validate_choice=False)

    @classmethod
    def of(cls, sent: MultiDict[str, str], library: Library, own: bool) -> CatalogueForm:
        """The filter as it was sent; only who learns (`own`) can ask what is done."""
        form = cls(sent)
        inside = {a.slug: a.label for a in library.audiences.values() if not a.outside}
        form.thema.choices = _choices({"": "Alle thema’s"} | {t.value: t.label for t in Theme})
        form.doelgroep.choices = _choices({"": "Iedereen"} | inside)
        form.tijd.choices = _choices(TIMES)
        form.stand.choices = _choices({"": "Maakt niet uit"} | {s.name: s.value for s in Status})
        if not own:
            del form.stand
        return form

    def wish(self) -> Wish:
        """What was asked for, as the rules read it."""
        stand = self.stand.data if "stand" in self else ""
        minutes = str(self.tijd.data or "0")
        return Wish(
            theme=next((theme for theme in Theme if theme.value == self.thema.data), None),
            audience=self.doelgroep.data or "",
            longest=int(minutes) if minutes.isdigit() else 0,
            status=Status.__members__.get(stand or ""),
        )

    @property
    def words(self) -> str:
        """The words to look for; empty when there are none."""
        return (self.zoek.data or "").strip()[:LONGEST]


class SearchForm(FilterForm):
    """The words to look for on the open pages."""

    zoek = SearchField("Waar gaat het over?", validators=[Optional(), Length(max=LONGEST)])

    @property
    def words(self) -> str:
        """The words to look for; empty when there are none."""
        return (self.zoek.data or "").strip()[:LONGEST]


def _choices(options: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(options.items())
