"""Decides which column of a personnel file holds what, by the names that Dutch systems use."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence


class Field(enum.Enum):
    """What a column can hold."""

    EMPLOYEE_NUMBER = "personeelsnummer"
    GIVEN_NAME = "voornaam of roepnaam"
    INFIX = "tussenvoegsel"
    FAMILY_NAME = "achternaam"
    FULL_NAME = "hele naam"
    EMAIL = "e-mailadres"
    DEPARTMENT = "afdeling"
    TEAM = "team"
    JOB_TITLE = "functie"
    JOINED = "in dienst"
    LEFT = "uit dienst"
    MANAGER = "leidinggevende (nummer of naam)"


NAMES: Mapping[Field, str] = {  # the first name that a file has is taken
    Field.EMPLOYEE_NUMBER: "personeelsnummer medewerkernummer werknemernummer personeelsnr "
    "medewerkernr persnr personeelscode medewerkercode medewerkerid personeelsid employeenumber "
    "employeeid medewerker werknemersnummer registratienummer",
    Field.GIVEN_NAME: "roepnaam voornaam voornamen firstname givenname voorletters",
    Field.INFIX: "tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels voorvoegselgeboortenaam "
    "tussenv tv infix",
    Field.FAMILY_NAME: "achternaam familienaam gebruiksnaam naamgebruik samengesteldeachternaam "
    "geboortenaam lastname surname",
    Field.FULL_NAME: "naam volledigenaam naammedewerker medewerkernaam naamwerknemer "
    "volledigenaammedewerker displayname fullname",
    Field.EMAIL: "emailwerk werkemail emailzakelijk zakelijkemail email emailadres mail mailadres "
    "emailadreswerk emailadreszakelijk upn",
    Field.DEPARTMENT: "afdeling afdelingsnaam afdelingomschrijving omschrijvingafdeling "
    "organisatieeenheid organisatorischeeenheid oe domein cluster sector department",
    Field.TEAM: "team teamnaam omschrijvingteam teamomschrijving bureau onderdeel subafdeling",
    Field.JOB_TITLE: "functie functienaam functieomschrijving omschrijvingfunctie functietitel "
    "rol jobtitle",
    Field.JOINED: "indienst datumindienst indienstdatum indienstper datumindiensttreding "
    "begindatum begindatumdienstverband startdatum datumvanaf ingangsdatum",
    Field.LEFT: "uitdienst datumuitdienst uitdienstdatum uitdienstper datumuitdiensttreding "
    "einddatum einddatumdienstverband datumtot eindecontract",
    Field.MANAGER: "leidinggevende manager personeelsnummerleidinggevende nummerleidinggevende "
    "naamleidinggevende leidinggevendenummer teamleider chef",
}
PLACES: Mapping[str, tuple[Field, int]] = {
    name: (field, place)
    for field, names in NAMES.items()
    for place, name in enumerate(names.split())
}
LAST = 1_000

Mapped = Mapping[int, Field]
Remembered = Mapping[str, Field | None]


def plain(header: str) -> str:
    """The name of a column without spaces, marks or capitals."""
    return "".join(mark for mark in header.casefold() if mark.isalnum())


def recognised(cells: Sequence[str], remembered: Remembered) -> dict[int, Field]:
    """Which of these cells name what: as somebody chose before, or by the usual names. Of two
    columns for one field the more precise is taken."""
    best: dict[Field, tuple[int, int]] = {}
    for index, cell in enumerate(cells):
        name = plain(cell)
        if name in remembered:
            field, place = remembered[name], -1
        else:
            field, place = PLACES.get(name, (None, LAST))
        if field is not None and (field not in best or place < best[field][0]):
            best[field] = (place, index)
    return {index: field for field, (_, index) in sorted(best.items(), key=lambda one: one[1][1])}


def header_at(rows: Sequence[Sequence[str]], remembered: Remembered) -> int | None:
    """Which of the first rows holds the names of the columns: the one with the most known names,
    or else the first with three cells. Titles above it are passed over."""
    known = [len(recognised(row, remembered)) for row in rows]
    if known and max(known) >= 2:
        return known.index(max(known))
    return next((i for i, row in enumerate(rows) if sum(map(bool, row)) >= 3), None)


def lacking(mapping: Mapped) -> list[Field]:
    """The columns without which a file cannot be read."""
    present = set(mapping.values())
    missing = [] if Field.EMPLOYEE_NUMBER in present else [Field.EMPLOYEE_NUMBER]
    if not present & {Field.FAMILY_NAME, Field.FULL_NAME}:
        missing.append(Field.FAMILY_NAME)
    return missing
