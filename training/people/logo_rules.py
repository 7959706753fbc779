"""Decides which file can be the logo of a municipality: a small PNG, or an SVG that only draws."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

LARGEST = 60 * 1024  # bytes; the logo is on every first page
WIDEST = 6.0  # as many times as it is high
PNG = b"\x89PNG\r\n\x1a\n"
DRAWS = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs clipPath mask "
    "linearGradient radialGradient stop use symbol style".split()
)
NUMBER = re.compile(r"\s*([0-9.]+)")


class LogoRefused(Exception):
    """A file that cannot be the logo; the message (Dutch) says what to do."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it is kept; `ratio` is its width in percent of its height."""

    media_type: str
    data: bytes
    ratio: int

    @property
    def digest(self) -> str:
        """A short mark of the content."""
        return hashlib.sha256(self.data).hexdigest()[:16]


def read_logo(data: bytes) -> Logo:
    """The logo in a file. Raises `LogoRefused`."""
    if len(data) > LARGEST:
        raise LogoRefused("Dit bestand is groter dan 60 kB. Maak het kleiner, of kies een SVG.")
    if data.startswith(PNG) and data[12:16] == b"IHDR" and len(data) > 33:
        width, height = struct.unpack(">II", data[16:24])
        return _logo("image/png", data, width, height)
    if b"<svg" in data[:2000]:
        return _svg(data)
    raise LogoRefused("Dit bestand is geen PNG of SVG. Bewaar het logo als PNG of SVG.")


def _svg(data: bytes) -> Logo:
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise LogoRefused(
            "Deze SVG kunnen we niet lezen. Bewaar haar in je tekenprogramma als ‘gewone SVG’."
        ) from None
    for part in root.iter():
        _check(part)
    box = root.get("viewBox", "").replace(",", " ").split()
    try:
        width, height = (float(box[2]), float(box[3])) if len(box) == 4 else _size(root)
    except ValueError:
        width = height = 0.0
    return _logo("image/svg+xml", data, width, height)


def _check(part: Element) -> None:
    name = part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""
    links = [v for key, v in part.attrib.items() if key.rpartition("}")[2] == "href"]
    told = " ".join([*part.attrib.values(), part.text or ""]).lower()
    loads = re.search(r"url\(\s*['\"]?(?!#)", told) or "@import" in told
    if (
        name not in DRAWS
        or loads
        or any(key.lower().startswith("on") for key in part.attrib)
        or any(not link.startswith("#") for link in links)
    ):
        raise LogoRefused(
            "Deze SVG doet meer dan tekenen: er zit een script, een plaatje of een link in. Haal "
            "dat weg, of bewaar het logo als PNG."
        )


def _size(root: Element) -> tuple[float, float]:
    found = [NUMBER.match(root.get(name, "")) for name in ("width", "height")]
    if not all(found):
        raise ValueError("no size")
    width, height = (float(match[1]) for match in found if match)
    return width, height


def _logo(media_type: str, data: bytes, width: float, height: float) -> Logo:
    if width <= 0 or height <= 0:
        raise LogoRefused("We zien niet hoe breed en hoog dit logo is. Bewaar het als PNG.")
    if not 0.2 <= width / height <= WIDEST:
        raise LogoRefused("Dit logo is te lang of te smal. Kies een uitsnede die past in een balk.")
    return Logo(media_type, data, round(100 * width / height))
