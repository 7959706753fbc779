"""Decides that every text and every edge can be seen, in each theme, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from training.web.theme import NAMES, PREFIX, THEMES, contrast, problems, style_sheet

STATIC = Path(__file__).resolve().parents[2] / "static"
DARK = re.compile(
    r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", re.DOTALL
)
DECLARED = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+)")

STATES = ("info", "positive", "warning", "negative")
GROUNDS = ("bg-document", "bg-subtle", "bg-default")
PAIRS = (
    [
        (f"--basis-color-default-color-{c}", f"--basis-color-default-{g}", 4.5)
        for c in ("document", "default", "subtle")
        for g in GROUNDS
    ]
    + [(f"--basis-color-{s}-color-document", f"--basis-color-{s}-bg-default", 4.5) for s in STATES]
    + [(f"--basis-color-{s}-color-default", f"--basis-color-{s}-bg-default", 4.5) for s in STATES]
    + [
        (f"--basis-color-{s}-color-default", "--basis-color-default-bg-document", 4.5)
        for s in STATES
    ]
    + [
        (f"--basis-color-{s}-border-default", "--basis-color-default-bg-document", 3.0)
        for s in STATES
    ]
    + [("--w-link", f"--basis-color-default-{g}", 4.5) for g in GROUNDS]
    + [
        ("--w-on-action", "--w-action", 4.5),
        ("--w-on-action", "--w-action-strong", 4.5),
        ("--w-on-header", "--w-header", 4.5),
        ("--weerbaar-color-on-primary", "--weerbaar-color-primary", 4.5),
        ("--weerbaar-color-on-primary", "--weerbaar-color-primary-strong", 4.5),
        ("--basis-focus-color", "--basis-focus-background-color", 4.5),
        ("--basis-color-default-border-default", "--basis-color-default-bg-document", 3.0),
        ("--w-link", "--basis-color-default-bg-active", 3.0),
        ("--utrecht-focus-outline-color", "--utrecht-focus-inverse-outline-color", 4.5),
    ]
)


def palette(theme: str, dark: bool) -> dict[str, str]:
    """What each custom property holds on the page, as the cascade leaves it."""
    vendor = (STATIC / "vendor" / "utrecht.css").read_text("utf-8")
    ours = (STATIC / "weerbaar.css").read_text("utf-8")
    light_rules = re.findall(r"^:root \{(.*?)^\}", ours, re.DOTALL | re.MULTILINE)
    sheets = [vendor.split("}", 1)[0], *light_rules, style_sheet(THEMES[theme])]
    if dark:
        found = DARK.search(ours)
        assert found, "the dark palette is gone from weerbaar.css"
        sheets.append(found[1])
    return {name: value for sheet in sheets for name, value in DECLARED.findall(sheet)}


def colour(name: str, known: dict[str, str]) -> str:
    """The #rrggbb behind a property, through every reference."""
    value = known[name].strip()
    while value.startswith("var("):
        value = known[value[4:-1]].strip()
    assert re.fullmatch(r"#([0-9a-fA-F]{3}){1,2}", value), f"{name} is {value}"
    return (
        value.lower() if len(value) == 7 else "#" + "".join(2 * sign for sign in value[1:].lower())
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_text_and_edge_stands_out_from_what_is_behind_it(theme: str, dark: bool) -> None:
    known = palette(theme, dark)
    faint = []
    for front, behind, least in PAIRS:
        ratio = contrast(colour(front, known), colour(behind, known))
        if ratio < least:
            faint.append(f"{front} on {behind}: {ratio:.2f} < {least}")
    assert not faint, "\n".join(faint)


def test_the_look_without_a_theme_is_the_theme_sea() -> None:
    declared = dict(DECLARED.findall((STATIC / "weerbaar.css").read_text("utf-8")))
    assert {name: declared[PREFIX + name] for name in NAMES} == THEMES["zee"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("color-on-primary", "#0b4a5f", "niet goed te lezen"),
        ("color-link", "#aabbcc", "niet goed te lezen op de achtergrond #ffffff"),
        ("color-dark-primary", "#0b4a5e", "niet goed te lezen"),
        ("color-link", "red", "schrijf de kleur als #"),
        ("color-link", "#fff;}body{display:none", "schrijf de kleur als #"),
        ("font-text", "Arial;}", "namen van lettertypen"),
        ("font-text", "url(//elsewhere.example/x)", "namen van lettertypen"),
        ("radius", "12px", "kies een maat"),
        ("color-extra", "#ffffff", "hoort niet in een huisstijl"),
    ],
)
def test_a_theme_that_cannot_be_read_or_is_no_theme_is_refused(
    name: str, value: str, said: str
) -> None:
    theme = THEMES["zee"] | {name: value}
    assert any(said in problem for problem in problems(theme))
    with pytest.raises(ValueError, match=r"."):
        style_sheet(theme)


def test_black_on_white_is_twenty_one_to_one_and_a_colour_on_itself_is_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0b4a5e", "#0b4a5e") == 1
