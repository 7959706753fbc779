"""Whether an SVG may stand in a page, and how it then reads: safe, with unique ids and a name."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from training.content.classes import Picture
from training.content.rules import Report

SVG = "http://www.w3.org/2000/svg"
ELEMENTS = {
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
    "defs",
    "use",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "marker",
}
ATTRIBUTES = {
    "id",
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "d",
    "points",
    "transform",
    "fill",
    "stroke",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-miterlimit",
    "fill-rule",
    "clip-rule",
    "clip-path",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "text-anchor",
    "dominant-baseline",
    "letter-spacing",
    "offset",
    "stop-color",
    "stop-opacity",
    "gradientUnits",
    "gradientTransform",
    "spreadMethod",
    "href",
    "preserveAspectRatio",
    "role",
    "aria-label",
    "aria-labelledby",
    "aria-describedby",
    "aria-hidden",
    "focusable",
    "marker-end",
    "marker-start",
    "markerWidth",
    "markerHeight",
    "refX",
    "refY",
    "orient",
    "dx",
    "dy",
    "rotate",
    "xmlns",
    "version",
    "visibility",
    "paint-order",
    "color",
    "display",
    "markerUnits",
    "vector-effect",
}
_REFERENCE = re.compile(r"url\(#([\w-]+)\)")
_LARGEST = 60_000

ET.register_namespace("", SVG)


def read_picture(folder: Path, name: str, alt: str, line: int, report: Report) -> Picture | None:
    """The picture beside the file, or None with the reason reported."""
    why = _refused(folder, name, alt)
    if why:
        report.add(line, "A024", name=name, why=why)
        return None
    text = (folder / name).read_text(encoding="utf-8")
    try:
        root = _parse(text)
    except ET.ParseError:
        report.add(line, "A024", name=name, why="het is geen leesbare SVG")
        return None
    forbidden = sorted(set(_forbidden(root)))
    for found in forbidden:
        report.add(line, "A025", name=name, found=found)
    return None if forbidden else _ready(root, name, alt)


def _refused(folder: Path, name: str, alt: str) -> str | None:
    if not re.fullmatch(r"[\w-]+\.svg", name):
        return "gebruik een eigen SVG die naast dit bestand ligt, zoals ‘bedrijfspand.svg’"
    if not alt.strip():
        return "de beschrijving ontbreekt; zet die tussen de haken: ![beschrijving](naam.svg)"
    if not (folder / name).is_file():
        return "het bestand ligt niet naast dit bestand"
    if (folder / name).stat().st_size > _LARGEST:
        return f"het bestand is groter dan {_LARGEST // 1000} kB"
    return None


def _parse(text: str) -> ET.Element:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # entities could grow without end
        raise ET.ParseError("doctype")
    return ET.fromstring(text)  # noqa: S314 no doctype, so no entities


def _forbidden(root: ET.Element) -> list[str]:
    found = []
    for element in root.iter():
        tag = str(element.tag).removeprefix(f"{{{SVG}}}")
        if tag not in ELEMENTS:
            found.append(f"het element <{tag}>")
        for key, value in element.attrib.items():
            if key not in ATTRIBUTES:
                found.append(f"het kenmerk {key.split('}')[-1]}")
            elif (key == "href" and not value.startswith("#")) or (
                "url(" in value and not _REFERENCE.search(value)
            ):
                found.append("een verwijzing naar buiten")
    return found


def _ready(root: ET.Element, name: str, alt: str) -> Picture:
    prefix = name.removesuffix(".svg") + "-"
    ids = frozenset(e.attrib["id"] for e in root.iter() if "id" in e.attrib)
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "id":
                element.set(key, prefix + value)
            elif key == "href":
                element.set(key, "#" + prefix + value[1:])
            elif key.startswith("aria-") and key.endswith("by"):
                del element.attrib[key]
            elif "url(#" in value:
                element.set(key, _REFERENCE.sub(rf"url(#{prefix}\1)", value))
    root.set("role", "img")
    root.set("aria-label", alt)
    root.set("focusable", "false")
    return Picture(name, alt, ET.tostring(root, encoding="unicode"), ids)
