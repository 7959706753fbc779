"""Settings come from the environment, are documented, and say what to do when they are wrong."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from training.settings import Settings, SettingsError, read

DOCS = Path(__file__).parents[2] / "docs" / "deployment.md"


def test_every_setting_is_in_the_table_of_the_docs() -> None:
    page = DOCS.read_text()
    rows = {
        line.split("|")[1].strip().strip("`")
        for line in page.splitlines()
        if line.startswith("| `")
    }
    assert rows == {item.name.upper() for item in fields(Settings)}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "mysql://x", "andere databases"),
        ("BASE_URL", "weerbaar.nl", "https://"),
        ("SECRET_KEY", "kort", "32 tekens"),
        ("TRUSTED_PROXIES", "een", "heel getal"),
    ],
)
def test_a_wrong_setting_says_what_to_do(tmp_path: Path, name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        read({"DATA_DIR": str(tmp_path), name: value})


def test_a_secret_is_made_once_and_kept_for_the_owner_only(tmp_path: Path) -> None:
    first = read({"DATA_DIR": str(tmp_path)})
    assert read({"DATA_DIR": str(tmp_path)}).secret_key == first.secret_key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert len(first.secret_key) >= 32


def test_the_plain_address_of_postgresql_gets_our_driver(tmp_path: Path) -> None:
    settings = read({"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://x/y"})
    assert settings.database_url == "postgresql+psycopg://x/y"
