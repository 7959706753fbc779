"""Decides, for every column that holds a person, what becomes of it: the register of this product.

A test compares it with the tables: a new column with a person in it fails until it stands here. The
pages "Wat leggen wij vast" and "Wat weten jullie van mij" are made from it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from training.access import Permission


class Fate(enum.Enum):
    """What happens to a row or a value when its person is erased or has long left."""

    DELETE = "de regel wordt gewist"
    CLEAR = "het veld wordt leeg"
    NAME = "de naam wordt vervangen"
    SHELL = "het account blijft leeg achter"
    KEEP = "blijft"


class Holds(enum.Enum):
    """How a column points at somebody."""

    PERSON = "persoon"
    ACCOUNT = "account"
    NAME = "naam als tekst"
    ADDRESS = "e-mailadres"


class Term(enum.Enum):
    """How long something is kept."""

    SERVICE = "service"
    DONE = "done"
    LOG = "log"
    MAIL = "mail"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of data as the page tells it: who may see it (besides the person), and how long."""

    label: str
    seen_by: tuple[Permission, ...]
    term: Term
    also: str = ""


P = Permission
PERSON = Category(
    "Naam, personeelsnummer, e-mailadres, functie, team en doelgroepen",
    (P.READ_PERSONS,),
    Term.SERVICE,
)
ACCOUNT = Category(
    "Account en rollen (een wachtwoord alleen onleesbaar)",
    (P.MANAGE_ACCOUNTS, P.READ_ROLES),
    Term.SERVICE,
)
DONE = Category(
    "Welke training je hebt gedaan, en op welke dag", (P.SEE_PERSONS_STATUS,), Term.SERVICE
)
ASKED = Category(
    "Wat je moet doen, voor wanneer, en welke herinneringen je kreeg",
    (P.SEE_PERSONS_STATUS,),
    Term.SERVICE,
)
ABSENCE = Category(
    "Pauze en vrijstelling (van een pauze nooit de reden)", (P.SEE_PERSONS_STATUS,), Term.SERVICE
)
PROGRESS = Category("Waar je bent in een module, en je laatste antwoorden", (), Term.DONE)
CALENDAR = Category("Het geheime adres van je agenda (onleesbaar)", (), Term.SERVICE)
MEETINGS = Category(
    "Uitnodigingen voor bijeenkomsten en of je er was",
    (P.SEE_PERSONS_STATUS,),
    Term.SERVICE,
    "Wie de bijeenkomst leidt, tot een week erna",
)
MAIL = Category("Mail die je van Weerbaar kreeg: adres en onderwerp", (), Term.MAIL)
REPORTS = Category("Overzichten die je zelf maakte of bewaarde", (), Term.REPORTS)
LOG = Category("Wie jouw gegevens bekeek of wijzigde", (P.READ_AUDIT,), Term.LOG)
CATEGORIES = (
    *(PERSON, DONE, ASKED, ABSENCE, PROGRESS, MEETINGS, CALENDAR, ACCOUNT, MAIL, REPORTS, LOG),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One column that holds a person. `leaver`: what happens when only a pseudonym may stay.
    `own`: whether the rows found by this column are shown to the person. `why` says why something
    stays. `moves`: whether it goes along when two persons become one."""

    table: str
    column: str
    holds: Holds
    erased: Fate
    leaver: Fate
    category: Category
    own: bool = True
    why: str = ""
    moves: bool = True


def _rows(table: str, category: Category, leaver: Fate = Fate.KEEP) -> Entry:
    """A table with a `person_id` whose rows are about that person."""
    return Entry(table, "person_id", Holds.PERSON, Fate.DELETE, leaver, category)


def _name(table: str, column: str, category: Category) -> Entry:
    """A column with the name of who did something to somebody else, as text."""
    return Entry(table, column, Holds.NAME, Fate.NAME, Fate.NAME, category, own=False)


STAYS = "Het logboek kan niet worden gewijzigd; het gaat met zijn eigen termijn weg."
D, C, K = Fate.DELETE, Fate.CLEAR, Fate.KEEP
REGISTER: tuple[Entry, ...] = (
    Entry("person", "id", Holds.PERSON, D, K, PERSON),
    Entry("person", "given_name", Holds.NAME, D, Fate.NAME, PERSON),
    Entry("person", "family_name", Holds.NAME, D, Fate.NAME, PERSON),
    Entry("person", "email", Holds.ADDRESS, D, C, PERSON),
    Entry("person", "employee_number", Holds.NAME, D, C, PERSON),
    _rows("position", PERSON),
    Entry("position", "manager_id", Holds.PERSON, C, C, PERSON, own=False),
    Entry("position", "replaces_id", Holds.PERSON, C, C, PERSON, own=False),
    _rows("tag", PERSON, D),
    _rows("evidence", DONE),
    _rows("assignment", ASKED),
    _rows("cycle", ASKED),
    _rows("reminder", ASKED, D),
    _rows("extra_opening", ASKED),
    _name("extra_opening", "opened_by", ASKED),
    _name("brake", "decided_by", ASKED),
    Entry("roster_change", "person_id", Holds.PERSON, D, D, ASKED, own=False, moves=False),
    _rows("cycle_event", ASKED, D),
    _name("cycle_event", "by", ASKED),
    _name("duty_policy", "changed_by", ASKED),
    _name("duty_event", "by", ASKED),
    _rows("pause", ABSENCE, D),
    _rows("exemption", ABSENCE, D),
    _name("exemption", "given_by", ABSENCE),
    _rows("attempt_module", PROGRESS, D),
    _rows("attempt_answer", PROGRESS, D),
    _rows("invitation", MEETINGS, D),
    _rows("attendance", MEETINGS, D),
    Entry("meeting", "facilitator_id", Holds.ACCOUNT, Fate.SHELL, Fate.SHELL, MEETINGS),
    Entry("meeting_series", "facilitator_id", Holds.ACCOUNT, Fate.SHELL, Fate.SHELL, MEETINGS),
    Entry("calendar_feed", "person_id", Holds.PERSON, D, D, CALENDAR, moves=False),
    Entry("calendar_entry", "person_id", Holds.PERSON, D, D, CALENDAR, moves=False),
    _rows("account", ACCOUNT, D),
    Entry("account", "name", Holds.NAME, D, D, ACCOUNT, own=False),
    Entry("account", "email", Holds.ADDRESS, D, D, ACCOUNT, own=False),
    Entry("kiosk_key", "account_id", Holds.ACCOUNT, D, D, ACCOUNT),
    Entry("personnel_upload", "sent_by", Holds.ACCOUNT, C, C, REPORTS, own=False),
    Entry("personnel_upload", "asked_by", Holds.ACCOUNT, C, C, REPORTS, own=False),
    Entry("personnel_upload", "applied_by", Holds.ACCOUNT, C, C, REPORTS, own=False),
    Entry("account_token", "account_id", Holds.ACCOUNT, D, D, ACCOUNT),
    Entry("role_grant", "account_id", Holds.ACCOUNT, D, D, ACCOUNT),
    Entry("role_grant", "given_by", Holds.ACCOUNT, C, C, ACCOUNT, own=False),
    _rows("outbox_message", MAIL, D),
    _rows("message_receipt", MAIL, D),
    _name("programme_message", "made_by", MAIL),
    _name("programme_message", "stopped_by", MAIL),
    Entry("outbox_message", "to_address", Holds.ADDRESS, D, D, MAIL, own=False),
    Entry("saved_view", "account_id", Holds.ACCOUNT, D, D, REPORTS),
    Entry("report", "account_id", Holds.ACCOUNT, D, D, REPORTS),
    Entry("erasure_request", "person_id", Holds.PERSON, D, D, LOG),
    Entry("erasure_request", "decided_by", Holds.ACCOUNT, C, C, LOG, own=False),
    Entry("erased_person", "person_id", Holds.PERSON, K, K, LOG, False,
          "Alleen een willekeurig nummer, zodat een teruggezette kopie niemand terugbrengt."),
    Entry("erased_person", "into_id", Holds.PERSON, K, K, LOG, False,
          "Alleen een willekeurig nummer, zodat een samenvoeging na terugzetten opnieuw gebeurt."),
    Entry("audit_subject", "person_id", Holds.PERSON, K, K, LOG, True, STAYS),
    Entry("audit_entry", "actor_account_id", Holds.ACCOUNT, K, K, LOG, False, STAYS),
    Entry("audit_entry", "actor_name", Holds.NAME, K, K, LOG, False, STAYS),
)  # fmt: skip

SECRET = frozenset(
    {"password_hash", "hash", "token_hash", "card_hash", "code_hash", "previous_hash", "epoch"}
)
"""Columns that are never shown, not even to who they are about: they open something."""

LABELS: Mapping[str, str] = {
    "person": "Persoon",
    "position": "Functies en plekken",
    "tag": "Kenmerken",
    "evidence": "Gedaan",
    "assignment": "Verplichtingen",
    "cycle": "Rondes",
    "reminder": "Herinneringen",
    "extra_opening": "Extra rondes",
    "cycle_event": "Wijzigingen van datums",
    "pause": "Pauzes",
    "exemption": "Vrijstellingen",
    "attempt_module": "Modules waar je mee bezig bent",
    "attempt_answer": "Je laatste antwoorden in een module die nog niet klaar is",
    "invitation": "Uitnodigingen",
    "attendance": "Aanwezigheid",
    "meeting": "Bijeenkomsten die je leidt",
    "meeting_series": "Reeksen die je leidt",
    "calendar_feed": "Agenda",
    "calendar_entry": "Afspraken in je agenda",
    "account": "Account",
    "account_token": "Inloglinks",
    "kiosk_key": "Kaart voor de kiosk",
    "role_grant": "Rollen",
    "outbox_message": "Mail",
    "message_receipt": "Berichten van het programma",
    "saved_view": "Bewaarde weergaven",
    "report": "Gemaakte overzichten",
    "erasure_request": "Verzoeken om te wissen",
    "audit_subject": "Wie keek naar jou, en wie wijzigde iets",
}
