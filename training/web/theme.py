"""Decides which look a municipality may choose: twelve values, and only what can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping

PREFIX = "--weerbaar-"
COLOURS = {
    "color-header": "Achtergrond bovenaan",
    "color-on-header": "Tekst bovenaan",
    "color-primary": "Menu en knoppen",
    "color-primary-strong": "Knop onder de muis, en onderaan de pagina",
    "color-on-primary": "Tekst op menu en knoppen",
    "color-accent": "Streep onder het menu",
    "color-link": "Links",
    "color-dark-primary": "Knoppen en links in het donker",
    "color-dark-on-primary": "Tekst op knoppen in het donker",
}
OTHERS = {"font-text": "Letter", "font-heading": "Letter van koppen", "radius": "Ronde hoeken"}
NAMES = COLOURS | OTHERS

NOTO = '"Noto Sans", "Segoe UI", Roboto, "Liberation Sans", sans-serif'
THEMES: dict[str, dict[str, str]] = {
    "zee": {
        "color-header": "#ffffff",
        "color-on-header": "#123a4a",
        "color-primary": "#0b4a5e",
        "color-primary-strong": "#07323f",
        "color-on-primary": "#ffffff",
        "color-accent": "#f0a500",
        "color-link": "#0b5f7c",
        "color-dark-primary": "#7fd0e6",
        "color-dark-on-primary": "#06222b",
        "font-text": NOTO,
        "font-heading": NOTO,
        "radius": "0.375rem",
    },
    "bos": {
        "color-header": "#ffffff",
        "color-on-header": "#1d3a24",
        "color-primary": "#1f5c33",
        "color-primary-strong": "#123b20",
        "color-on-primary": "#ffffff",
        "color-accent": "#b5cc3a",
        "color-link": "#1a6338",
        "color-dark-primary": "#8fd6a3",
        "color-dark-on-primary": "#0c2413",
        "font-text": NOTO,
        "font-heading": NOTO,
        "radius": "0.75rem",
    },
    "stad": {
        "color-header": "#8f1d2c",
        "color-on-header": "#ffffff",
        "color-primary": "#2b2b3a",
        "color-primary-strong": "#16161f",
        "color-on-primary": "#ffffff",
        "color-accent": "#e2b23c",
        "color-link": "#8f1d2c",
        "color-dark-primary": "#f3a9b1",
        "color-dark-on-primary": "#3a0a12",
        "font-text": NOTO,
        "font-heading": 'Georgia, "Liberation Serif", serif',
        "radius": "0rem",
    },
}

# What must be readable on what: 4.5 for text (WCAG 1.4.3), 3 for the edge of a button (1.4.11).
# A value that starts with # is a background of our own: light page, box, table head; dark likewise.
CONTRASTS = (
    ("color-on-header", "color-header", 4.5),
    ("color-on-primary", "color-primary", 4.5),
    ("color-on-primary", "color-primary-strong", 4.5),
    ("color-primary", "#ffffff", 3.0),
    ("color-link", "#ffffff", 4.5),
    ("color-link", "#eff0f2", 4.5),
    ("color-dark-on-primary", "color-dark-primary", 4.5),
    ("color-dark-primary", "#12181c", 4.5),
    ("color-dark-primary", "#222c33", 4.5),
)
HEX = re.compile(r"#[0-9a-f]{6}")
FAMILY = r'(?:"[A-Za-z0-9 ]{1,40}"|[A-Za-z0-9-]{1,40})'
FONT = re.compile(rf"{FAMILY}(?:, ?{FAMILY}){{0,5}}")
RADIUS = re.compile(r"(?:0(?:\.\d{1,3})?|1)rem")


def problems(values: Mapping[str, str]) -> list[str]:
    """What is wrong with a theme, in Dutch, each with what to do; empty when it can be used."""
    return [problem for _name, problem in problems_by_name(values)]


def problems_by_name(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong with a theme: the name of the value, and in Dutch what to do."""
    wrong = [
        (name, _malformed(name)) for name in NAMES if not _well_formed(name, values.get(name, ""))
    ]
    wrong += [
        (name, f"„{name}” hoort niet in een huisstijl. Haal het weg.")
        for name in values
        if name not in NAMES
    ]
    return wrong or [
        (pair[0], _unreadable(*pair, values)) for pair in CONTRASTS if _fails(*pair, values)
    ]


def style_sheet(values: Mapping[str, str]) -> str:
    """The theme as CSS. Raises ValueError for one with problems: all is checked."""
    wrong = problems(values)
    if wrong:
        raise ValueError(wrong[0])
    return ":root{" + "".join(f"{PREFIX}{name}:{values[name]};" for name in NAMES) + "}\n"


def logo_rules(address: str, ratio: int) -> str:
    """The CSS that shows a picture in the place of the shield; `ratio` is its width in
    percent of its height. `address` is one that this site made."""
    return (
        "svg.weerbaar-header__logo{display:none}"
        '.weerbaar-header__brand::before{background:url("' + address + '") left center/contain '
        'no-repeat;block-size:3rem;content:"";flex:none;'
        f"inline-size:min({ratio * 0.03:.2f}rem,40vw)}}\n"
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (#rrggbb), from 1 to 21, by WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _well_formed(name: str, value: str) -> bool:
    pattern = HEX if name in COLOURS else RADIUS if name == "radius" else FONT
    return pattern.fullmatch(value) is not None


def _malformed(name: str) -> str:
    if name in COLOURS:
        return f"{NAMES[name]}: schrijf de kleur als # met zes tekens, zoals #0b4a5e."
    if name == "radius":
        return f"{NAMES[name]}: kies een maat van 0rem tot en met 1rem."
    return f"{NAMES[name]}: geef namen van lettertypen, met komma's ertussen."


def _fails(text: str, ground: str, least: float, values: Mapping[str, str]) -> bool:
    return contrast(values[text], values.get(ground, ground)) < least


def _unreadable(text: str, ground: str, least: float, values: Mapping[str, str]) -> str:
    found = contrast(values[text], values.get(ground, ground))
    behind = f"„{NAMES[ground]}”" if ground in NAMES else f"de achtergrond {ground}"
    return (
        f"„{NAMES[text]}” is niet goed te lezen op {behind}: het contrast is {found:.1f}, "
        f"en moet minstens {least:.1f} zijn. Kies een van de twee lichter of donkerder."
    )
