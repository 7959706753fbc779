"""Reads what the installation decides, from the environment, once, at the start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path


class SettingsError(Exception):
    """A setting that cannot be used; the message (Dutch) says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation. Each field is the environment variable of that name
    in capitals; `docs/deployment.md` explains every one of them (a test holds the two together)."""

    data_dir: Path = field(
        default=Path("instance"), metadata={"help": "folder for everything that must be kept"}
    )
    database_url: str = field(
        default="", metadata={"help": "SQLAlchemy address; empty: SQLite in DATA_DIR"}
    )
    box_dir: Path = field(
        default=Path("/dev/shm/weerbaar"),  # noqa: S108 - memory-backed and never in a backup, by design
        metadata={"help": "memory-backed folder for the ballot box; never in a backup"},
    )
    content_dir: Path = field(
        default=Path("content"), metadata={"help": "folder with modules and dilemmas"}
    )
    base_url: str = field(
        default="http://127.0.0.1:8000", metadata={"help": "address that users type; used in mails"}
    )
    secret_key: str = field(
        default="", metadata={"help": "signs and encrypts cookies; empty: made once in DATA_DIR"}
    )
    smtp_url: str = field(
        default="",
        metadata={"help": "smtp://user:password@host:587 or smtps://…; empty: mail becomes files"},
    )
    mail_from: str = field(
        default="Weerbaar <weerbaar@localhost>", metadata={"help": "sender of all mail"}
    )
    trusted_proxies: int = field(
        default=0, metadata={"help": "number of proxies whose X-Forwarded-* headers are believed"}
    )
    import_dir: Path | None = field(
        default=None,
        metadata={"help": "folder watched for personnel files, one in it per municipality"},
    )
    log_level: str = field(default="INFO", metadata={"help": "DEBUG, INFO, WARNING or ERROR"})

    @property
    def secure(self) -> bool:
        """True when users come by https, so that cookies may be limited to it."""
        return self.base_url.startswith("https://")

    @property
    def mail_dir(self) -> Path:
        """Where mail is written as `.eml` files when there is no SMTP server."""
        return self.data_dir / "mail"


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment (default `os.environ`). Makes DATA_DIR, and in it a secret key
    when none is given. Raises `SettingsError` for a value that cannot be used."""
    env = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for item in fields(Settings):
        raw = env.get(item.name.upper())
        if raw:
            values[item.name] = _converted(item.name, raw)
    data_dir = Path(str(values.get("data_dir", Settings().data_dir))).resolve()
    values["data_dir"] = data_dir
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(
            f"DATA_DIR: de map {data_dir} kan niet worden gemaakt ({problem.strerror}). "
            "Kies een map waarin je mag schrijven."
        ) from problem
    values.setdefault("database_url", f"sqlite:///{data_dir / 'weerbaar.sqlite3'}")
    if not values.get("secret_key"):
        values["secret_key"] = _kept_secret(data_dir / "secret-key")
    return Settings(**values)  # type: ignore[arg-type]


def _converted(name: str, raw: str) -> object:
    if name in {"data_dir", "box_dir", "content_dir", "import_dir"}:
        return Path(raw)
    if name == "trusted_proxies":
        if not raw.isdigit():
            raise SettingsError("TRUSTED_PROXIES: geef een heel getal, bijvoorbeeld 1.")
        return int(raw)
    if name == "database_url" and not raw.startswith(("sqlite:", "postgresql")):
        raise SettingsError(
            "DATABASE_URL: begin met sqlite:/// of postgresql+psycopg://; andere databases kan "
            "Weerbaar niet gebruiken."
        )
    if name == "base_url" and not raw.startswith(("http://", "https://")):
        raise SettingsError("BASE_URL: geef het hele adres, bijvoorbeeld https://weerbaar.nl.")
    if name == "secret_key" and len(raw) < 32:
        raise SettingsError("SECRET_KEY: geef minstens 32 tekens, of laat de waarde leeg.")
    if name == "base_url":
        return raw.rstrip("/")
    if name == "database_url" and raw.startswith("postgresql://"):
        return raw.replace("postgresql://", "postgresql+psycopg://", 1)
    return raw


def _kept_secret(path: Path) -> str:
    """The key kept in `path`; made on the first start, readable by the owner only."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()
