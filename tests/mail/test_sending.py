"""Mail leaves the outbox once: over a real mail server, whatever it answers."""

from __future__ import annotations

import datetime as dt
import email
import ipaddress
import socket
import ssl
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import policy
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from icalendar import Calendar

from tests.mail.smtp import Postbox, mail_server
from training import ics
from training.db import Database
from training.mail import actions, cli, queries, rules
from training.mail.actions import Letter
from training.mail.models import OutboxMessage
from training.mail.rules import MailKind, MailState
from training.mail.transport import TIMEOUT, FileTransport, SmtpTransport, UnreachableError
from training.settings import Settings, SettingsError

NOON = dt.datetime(2026, 11, 2, 11, tzinfo=dt.UTC)
SENDER = "Weerbaar <weerbaar@weerbaar.example>"


def letter(name: str, kind: MailKind = MailKind.REMINDER) -> Letter:
    return Letter(
        kind, f"test:{name}", f"{name}@x.example", "Er staat iets klaar", f"Dag {name},\n\nTot dan."
    )


def put(database: Database, *letters: Letter, at: dt.datetime = NOON) -> int:
    with database.transaction() as db:
        return actions.write(db, letters, at)


def mails(database: Database) -> dict[str, OutboxMessage]:
    with database.reading() as db:
        return {mail.unique_key[5:]: mail for mail in db.scalars(sa.select(OutboxMessage))}


def smtp(port: int) -> SmtpTransport:
    return SmtpTransport(f"smtp://127.0.0.1:{port}", SENDER)


def minutes(number: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=number)


def test_anna_gets_her_mail_as_text_and_html_and_its_body_is_wiped(database: Database) -> None:
    put(database, letter("anna"))
    with mail_server() as (postbox, port):
        outcome = actions.send_pending(database, smtp(port), NOON)
    assert (outcome.sent, outcome.failed, outcome.later) == (1, 0, 0)
    (mail,) = postbox.mails
    assert mail["To"] == "anna@x.example"
    body = mail.get_body(("plain",))
    assert body is not None and body.get_content().startswith("Dag anna,")
    assert mail.get_body(("html",)) is not None
    kept = mails(database)["anna"]
    assert (kept.state, kept.text, kept.attempts) == (MailState.SENT, None, 1)
    assert kept.sent_at == kept.claimed_at and kept.sent_at is not None


def test_writing_a_mail_twice_is_one_mail(database: Database) -> None:
    assert put(database, letter("anna"), letter("vera")) == 2
    assert put(database, letter("anna"), letter("boaz")) == 1
    assert len(mails(database)) == 3


def test_a_wrong_address_fails_alone(database: Database) -> None:
    wrong = Letter(MailKind.REMINDER, "test:wrong", "geen adres", "x", "y")
    assert put(database, wrong, letter("anna")) == 2
    with mail_server() as (postbox, port):
        actions.send_pending(database, smtp(port), NOON)
    assert postbox.receivers == {"anna@x.example": 1}
    assert mails(database)["wrong"].state is MailState.FAILED


def test_sign_in_mail_goes_first(database: Database) -> None:
    put(database, letter("anna"), letter("vera"))
    put(database, letter("rachid", MailKind.SIGN_IN_LINK), at=minutes(1))
    with mail_server() as (postbox, port):
        actions.send_pending(database, smtp(port), minutes(2))
    assert postbox.mails[0]["To"] == "rachid@x.example"


def test_a_550_is_not_tried_again(database: Database) -> None:
    put(database, letter("gone"), letter("anna"))
    with mail_server() as (postbox, port):
        postbox.answers["gone@x.example"] = "550 5.1.1 unknown"
        outcome = actions.send_pending(database, smtp(port), NOON)
        assert (outcome.sent, outcome.failed) == (1, 1)
        assert actions.send_pending(database, smtp(port), minutes(600)).sent == 0
    kept = mails(database)["gone"]
    assert (kept.state, kept.attempts, kept.text) == (MailState.FAILED, 1, None)
    assert kept.last_error is not None and "550" in kept.last_error


def test_a_554_after_the_text_is_not_tried_again(database: Database) -> None:
    put(database, letter("spam"), letter("anna"))
    with mail_server() as (postbox, port):
        postbox.after_data["spam@x.example"] = "554 no"
        outcome = actions.send_pending(database, smtp(port), NOON)
    assert (outcome.sent, outcome.failed) == (1, 1)


def test_a_4xx_is_tried_after_1_5_15_and_60_minutes_and_given_up_after_72_hours(
    database: Database,
) -> None:
    put(database, letter("full"))
    waits = []
    with mail_server() as (postbox, port):
        postbox.answers["full@x.example"] = "452 mailbox full"
        at = NOON
        while mails(database)["full"].state is MailState.WAITING:
            actions.send_pending(database, smtp(port), at)
            following = mails(database)["full"].next_attempt_at
            waits.append(round((following - at).total_seconds() / 60))
            at = following + dt.timedelta(seconds=1)
    assert waits[:6] == [1, 5, 15, 60, 60, 60]
    assert 72 * 60 - 61 <= (at - NOON).total_seconds() / 60 <= 72 * 60 + 65
    kept = mails(database)["full"]
    assert (kept.state, kept.text) == (MailState.FAILED, None)
    assert kept.last_error is not None and "452" in kept.last_error


def test_one_full_mailbox_delays_nobody_else(database: Database) -> None:
    put(database, letter("full"), *(letter(f"p{number}") for number in range(10)))
    with mail_server() as (postbox, port):
        postbox.answers["full@x.example"] = "452 mailbox full"
        outcome = actions.send_pending(database, smtp(port), NOON)
    assert (outcome.sent, outcome.later) == (10, 1)


def wait_for(postbox: Postbox, number: int) -> None:
    """Waits until so many mails have arrived, for at most as long as a mail server is given."""
    deadline = time.monotonic() + TIMEOUT - 2
    while len(postbox.mails) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(postbox.mails) >= number


def test_a_slow_domain_delays_nobody_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight mails, written before all others, to a domain that answers nothing until the others
    have their mail."""
    monkeypatch.setattr(actions, "PATIENCE", 0.1)
    slow = [replace(letter(f"s{n}"), to_address=f"s{n}@slow.example") for n in range(8)]
    put(database, *slow)
    put(database, *(letter(f"p{n}") for n in range(30)), at=minutes(1))
    with mail_server() as (postbox, port), ThreadPoolExecutor(1) as pool:
        postbox.held["slow.example"] = threading.Event()
        run = pool.submit(actions.send_pending, database, smtp(port), minutes(2))
        wait_for(postbox, 30)
        assert not any(str(mail["To"]).endswith("@slow.example") for mail in postbox.mails)
        postbox.held["slow.example"].set()
        outcome = run.result(60)
    assert (outcome.sent, outcome.later, outcome.in_doubt) == (38, 0, 0)
    assert set(postbox.receivers.values()) == {1}


def test_a_sign_in_mail_overtakes_slow_reminders_that_are_under_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PATIENCE", 0.1)
    put(database, *(replace(letter(f"s{n}"), to_address=f"s{n}@slow.example") for n in range(3)))
    with mail_server() as (postbox, port), ThreadPoolExecutor(1) as pool:
        postbox.held["slow.example"] = threading.Event()
        run = pool.submit(actions.send_pending, database, smtp(port), minutes(1))
        time.sleep(0.5)
        put(database, letter("rachid", MailKind.SIGN_IN_LINK))
        wait_for(postbox, 1)
        postbox.held["slow.example"].set()
        assert run.result(60).sent == 4
    assert postbox.mails[0]["To"] == "rachid@x.example"


def test_many_slow_domains_leave_one_way_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PATIENCE", 0.05)
    domains = [f"slow{n}.example" for n in range(12)]
    put(database, *(replace(letter(d + x), to_address=f"{x}@{d}") for d in domains for x in "ab"))
    put(database, *(letter(f"p{n}") for n in range(5)), at=minutes(1))
    with mail_server() as (postbox, port):
        postbox.delays.update(dict.fromkeys(domains, 0.3))
        outcome = actions.send_pending(database, smtp(port), minutes(2))
    assert outcome.sent == 29
    assert set(postbox.receivers.values()) == {1}


def test_a_server_that_hangs_up_on_everybody_is_left_alone(database: Database) -> None:
    put(database, *(letter(f"p{n}") for n in range(10)))
    with mail_server() as (postbox, port):
        postbox.answers.update({f"p{n}@x.example": "hang up" for n in range(10)})
        outcome = actions.send_pending(database, smtp(port), NOON)
    assert (outcome.later, bool(outcome.unreachable)) == (actions.GIVE_UP, True)


def test_what_came_from_markdown_keeps_its_own_html(database: Database) -> None:
    body = "<p>Kies <strong>één</strong>.</p>"
    put(database, replace(letter("anna"), html=body, text=rules.text_of(body)))
    with mail_server() as (postbox, port):
        actions.send_pending(database, smtp(port), NOON)
    page = postbox.mails[0].get_body(("html",))
    assert page is not None and body in page.get_content()
    assert mails(database)["anna"].html is None  # wiped too


def test_a_municipality_sends_under_its_own_name(database: Database) -> None:
    merendijk = uuid.uuid4()
    put(database, replace(letter("anna"), municipality_id=merendijk), letter("vera"))
    names = {merendijk: 'Gemeente "Merendijk", HR'}
    with mail_server() as (postbox, port):
        actions.send_pending(database, smtp(port), NOON, sender_names=lambda: names)
    found = {str(mail["To"]): mail["From"].addresses[0] for mail in postbox.mails}
    assert found["anna@x.example"].display_name == 'Gemeente "Merendijk", HR'
    assert found["vera@x.example"].display_name == "Weerbaar"
    assert {address.addr_spec for address in found.values()} == {"weerbaar@weerbaar.example"}


def test_an_invitation_brings_its_calendar_entry(database: Database) -> None:
    entry = ics.Entry(
        uid="meeting-1@weerbaar",
        sequence=2,
        changed_at=NOON,
        title="Raadsavond: één dilemma",
        begins=NOON,
        ends=minutes(90),
        organizer="weerbaar@weerbaar.example",
        attendee="anna@x.example",
    )
    file = ics.calendar_of([entry], method=ics.Method.REQUEST).decode()
    put(database, replace(letter("anna", MailKind.MEETING), calendar=file))
    with mail_server() as (postbox, port):
        actions.send_pending(database, smtp(port), NOON)
    parts = {part.get_content_type(): part for part in postbox.mails[0].walk()}
    assert list(parts) == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    [event] = Calendar.from_ical(parts["text/calendar"].get_content()).events
    assert (event["UID"], event["SEQUENCE"]) == ("meeting-1@weerbaar", 2)
    assert event["SUMMARY"] == "Raadsavond: één dilemma"
    assert mails(database)["anna"].calendar is None  # wiped


def test_without_a_mail_server_nothing_is_lost_or_counted(database: Database) -> None:
    put(database, letter("anna"))
    with socket.socket() as taken:  # bound, never listening
        taken.bind(("127.0.0.1", 0))
        outcome = actions.send_pending(database, smtp(taken.getsockname()[1]), NOON)
    assert outcome.unreachable
    kept = mails(database)["anna"]
    assert (kept.state, kept.attempts) == (MailState.WAITING, 0)


def test_a_connection_lost_before_the_text_means_not_sent(database: Database) -> None:
    put(database, letter("anna"))
    with mail_server() as (postbox, port):
        postbox.answers["anna@x.example"] = "hang up"
        outcome = actions.send_pending(database, smtp(port), NOON)
        assert (outcome.later, outcome.in_doubt) == (1, 0)
        postbox.answers.clear()
        assert actions.send_pending(database, smtp(port), minutes(2)).sent == 1


@pytest.mark.parametrize(
    ("kind", "state"),
    [(MailKind.REMINDER, MailState.IN_DOUBT), (MailKind.SIGN_IN_LINK, MailState.WAITING)],
)
def test_a_connection_lost_after_the_text_leaves_doubt(
    database: Database, kind: MailKind, state: MailState
) -> None:
    put(database, letter("anna", kind))
    with mail_server() as (postbox, port):
        postbox.after_data["anna@x.example"] = "hang up"
        actions.send_pending(database, smtp(port), NOON)
    assert mails(database)["anna"].state is state


def test_a_sender_that_died_leaves_a_reminder_in_doubt_and_a_sign_in_mail_to_be_sent_again(
    database: Database,
) -> None:
    put(database, letter("anna"), letter("rachid", MailKind.SIGN_IN_LINK), letter("vera"))
    for _ in range(2):  # two senders claim a mail and are killed
        assert actions._claim(database, NOON) is not None
    with mail_server() as (postbox, port):
        first = actions.send_pending(database, smtp(port), minutes(5))
        assert (first.sent, first.in_doubt) == (1, 0)  # they may be alive still
        second = actions.send_pending(database, smtp(port), minutes(11))
        assert (second.sent, second.in_doubt) == (1, 1)
        assert actions.send_pending(database, smtp(port), minutes(999)).sent == 0
    assert postbox.receivers["rachid@x.example"] == 1
    with database.reading() as db:
        (doubt,) = queries.troubled(db, None, 10)
        assert (doubt.state, doubt.text) == (MailState.IN_DOUBT, None)
    rachid = mails(database)["rachid"]
    again = next(mail for mail in postbox.mails if mail["To"] == "rachid@x.example")
    assert again["Message-ID"] == f"<{rachid.id}@weerbaar.example>"


def test_five_senders_at_once_send_each_mail_once(database: Database) -> None:
    put(database, *(letter(f"p{number}") for number in range(60)))
    with mail_server() as (postbox, port), ThreadPoolExecutor(5) as pool:
        outcomes = pool.map(lambda _: actions.send_pending(database, smtp(port), NOON), range(5))
        assert sum(outcome.sent for outcome in outcomes) == 60
    assert len(postbox.receivers) == 60
    assert set(postbox.receivers.values()) == {1}


def test_after_days_of_silence_an_expired_mail_stays(database: Database) -> None:
    put(database, letter("anna"))
    with mail_server() as (postbox, port):
        outcome = actions.send_pending(database, smtp(port), NOON + rules.KEEP_TRYING * 1.1)
    assert (outcome.sent, outcome.failed, len(postbox.mails)) == (0, 1, 0)


def test_a_password_is_never_sent_without_encryption(database: Database) -> None:
    with mail_server() as (_postbox, port):
        transport = SmtpTransport(f"smtp://weerbaar:geheim@127.0.0.1:{port}", SENDER)
        with pytest.raises(UnreachableError, match="TLS"), transport.connect():
            pass


def test_without_smtp_mail_becomes_a_file_and_twice_is_one_file(
    database: Database, tmp_path: Path
) -> None:
    put(database, letter("rachid", MailKind.SIGN_IN_LINK))
    transport = FileTransport(tmp_path / "mail", SENDER)
    claimed = actions._claim(database, NOON)
    assert claimed is not None
    with transport.connect() as deliver:
        deliver(
            rules.compose(claimed.id, SENDER, claimed.to_address, "x", "y", claimed.written_at), ""
        )
    assert actions.send_pending(database, transport, minutes(11)).sent == 1
    (path,) = (tmp_path / "mail").iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (path.suffix, mail["Subject"]) == (".eml", "Er staat iets klaar")


def test_the_command_says_what_went_and_what_did_not(
    database: Database, settings: Settings
) -> None:
    put(database, letter("anna"), Letter(MailKind.REMINDER, "test:w", "geen adres", "x", "y"))
    said: list[str] = []
    assert cli.send(settings, database, NOON, said.append) == 0
    assert said[0].startswith("Verstuurd: 1.")
    assert "dit is geen e-mailadres" in said[-1]
    assert not any("anna@" in line for line in said)


def test_a_wrong_mail_server_address_is_explained() -> None:
    with pytest.raises(SettingsError, match="smtp://"):
        cli.send(Settings(smtp_url="mail.example"), Database("sqlite://"), NOON)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    today = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "cert.pem").write_bytes(built.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def test_starttls_is_used_when_offered_and_its_certificate_is_checked(
    database: Database, certificate: tuple[Path, Path]
) -> None:
    put(database, letter("anna"))
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(*certificate)
    with mail_server(tls_context=ours, require_starttls=True) as (postbox, port):
        url = f"smtp://127.0.0.1:{port}"
        assert actions.send_pending(database, SmtpTransport(url, SENDER), NOON).unreachable
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        outcome = actions.send_pending(database, SmtpTransport(url, SENDER, trusting), NOON)
    assert (outcome.sent, len(postbox.mails)) == (1, 1)
