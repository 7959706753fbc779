# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0", "brotli==1.2.1"]
# ///
"""Makes static/vendor/ and tests/vendor/ from the packages in vendor_static.lock.json.

    uv run --script tools/vendor_static.py

Fetches each package with npm, refuses one whose sum differs from the lock, takes the rules and
tokens that our pages use, cuts the fonts to the letters that Dutch names need (WOFF2 for pages,
TTF for the documents that typst makes), and writes the licences beside them. The sums of what it
wrote go into the lock, where a test holds them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from select_css import select, tokens

ROOT = Path(__file__).resolve().parent.parent
LOCK = Path(__file__).with_suffix(".lock.json")
VENDOR = ROOT / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "vendor"

COMPONENTS = "@utrecht/component-library-css"
TOKENS = "@nl-design-system-unstable/voorbeeld-design-tokens"
FONT = "@fontsource/noto-sans"
AXE = "axe-core"

CLASSES = frozenset(
    {
        "utrecht-root",
        "utrecht-body",
        "utrecht-document",
        "utrecht-skip-link",
        "utrecht-skip-link--visible-on-focus",
        "utrecht-heading-1",
        "utrecht-heading-2",
        "utrecht-heading-3",
        "utrecht-heading-4",
        "utrecht-link",
        "utrecht-button",
        "utrecht-button--primary-action",
        "utrecht-button--secondary-action",
        "utrecht-button--subtle",
        "utrecht-button--danger",
        "utrecht-button-link",
        "utrecht-button-link--html-a",
        "utrecht-button-link--primary-action",
        "utrecht-button-link--secondary-action",
        "utrecht-button-link--subtle",
        "utrecht-alert",
        "utrecht-alert__icon",
        "utrecht-alert__content",
        "utrecht-alert--info",
        "utrecht-alert--ok",
        "utrecht-alert--warning",
        "utrecht-alert--error",
        "utrecht-form-field",
        "utrecht-form-field--invalid",
        "utrecht-form-label",
        "utrecht-form-label--checkbox",
        "utrecht-form-label--radio",
        "utrecht-form-field-description",
        "utrecht-form-fieldset",
        "utrecht-form-fieldset__legend",
        "utrecht-textbox",
        "utrecht-textbox--html-input",
        "utrecht-textbox--invalid",
        "utrecht-textarea",
        "utrecht-textarea--html-textarea",
        "utrecht-select",
        "utrecht-select--html-select",
        "utrecht-checkbox",
        "utrecht-checkbox--html-input",
        "utrecht-checkbox--custom",
        "utrecht-radio-button",
        "utrecht-radio-button--html-input",
        "utrecht-table",
        "utrecht-table__caption",
        "utrecht-table__header",
        "utrecht-table__header-cell",
        "utrecht-table__header-cell--numeric-column",
        "utrecht-table__body",
        "utrecht-table__row",
        "utrecht-table__cell",
        "utrecht-table__cell--numeric-column",
    }
)
OUR_STYLES = (ROOT / "static" / "weerbaar.css",)
DUTCH = "0020-007E,00A0-00FF,0131,0152-0153,2010-2026,2030,20AC,2212"
NAMES = "0100-0130,0132-0151,0154-017F,0218-021B,1E9E"  # the rest of what names in Europe need
FONTS = {
    "noto-sans-regular": ("latin-400-normal", DUTCH, "Noto Sans"),
    "noto-sans-bold": ("latin-700-normal", DUTCH, "Noto Sans"),
    "noto-sans-ext-regular": ("latin-ext-400-normal", NAMES, "Noto Sans Ext"),
    "noto-sans-ext-bold": ("latin-ext-700-normal", NAMES, "Noto Sans Ext"),
}


def main() -> None:
    """Writes every vendored file anew, then the lock with their sums."""
    lock = json.loads(LOCK.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        unpacked = {
            name: fetch(name, entry, Path(folder)) for name, entry in lock["packages"].items()
        }
        VENDOR.mkdir(parents=True, exist_ok=True)
        TEST_VENDOR.mkdir(parents=True, exist_ok=True)
        write_styles(unpacked[COMPONENTS], unpacked[TOKENS])
        for name, (source, letters, family) in FONTS.items():
            file = unpacked[FONT] / "files" / f"noto-sans-{source}.woff2"
            write_font(file, name, letters)
            write_document_font(file, name, letters, family)
        copy(unpacked[AXE] / "axe.min.js", TEST_VENDOR / "axe.min.js")
        copy(unpacked[AXE] / "LICENSE", TEST_VENDOR / "axe.LICENSE.txt")
        copy(unpacked[COMPONENTS] / "LICENSE.md", VENDOR / "utrecht.LICENSE.md")
        copy(unpacked[FONT] / "LICENSE", VENDOR / "noto-sans.LICENSE.txt")
    made = sorted(path for folder in (VENDOR, TEST_VENDOR) for path in folder.iterdir())
    lock["files"] = {str(path.relative_to(ROOT)): sum_of(path) for path in made}
    LOCK.write_text(json.dumps(lock, indent=2) + "\n", "utf-8")


def fetch(name: str, entry: dict[str, str], folder: Path) -> Path:
    """The unpacked package `name` at the version of the lock; stops when its sum is another."""
    wanted = f"{name}@{entry['version']}"
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), wanted]
    file = (
        folder / subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    )
    digest = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    if entry.get("integrity") != f"sha512-{digest}":
        raise SystemExit(
            f"{wanted}: its sum is sha512-{digest}, not that of the lock. Nothing was written."
        )
    target = folder / file.stem
    with tarfile.open(file) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def write_styles(components: Path, theme: Path) -> None:
    """One style sheet: the tokens that we use, then the component rules that we use."""
    rules = select((components / "dist" / "index.css").read_text("utf-8"), CLASSES)
    ours = "".join(path.read_text("utf-8") for path in OUR_STYLES)
    values = (theme / "dist" / "theme.css").read_text("utf-8")
    head = f"/*! {COMPONENTS}, {TOKENS}: EUPL-1.2, see utrecht.LICENSE.md */"
    declared = tokens(rules + ours, values).rstrip(";")
    (VENDOR / "utrecht.css").write_text(f"{head}\n:root{{{declared}}}\n{rules}\n", "utf-8")


def write_font(source: Path, name: str, letters: str) -> None:
    """The font of our pages, as WOFF2."""
    font, options = cut(source, letters, "woff2")
    subset.save_font(font, str(VENDOR / f"{name}.woff2"), options)


def write_document_font(source: Path, name: str, letters: str, family: str) -> None:
    """The font of our documents, as TTF. Typst chooses by family, and takes one file for each
    family and weight: so the letters of `NAMES` have a family of their own to fall back on."""
    font, options = cut(source, letters, None)
    for number, text in ((1, family), (2, "Bold" if "bold" in name else "Regular"), (4, family)):
        font["name"].setName(text, number, 3, 1, 0x409)
    for number in (16, 17, 21, 22):
        font["name"].removeNames(nameID=number)
    subset.save_font(font, str(VENDOR / f"{name}.ttf"), options)


def cut(source: Path, letters: str, flavor: str | None) -> tuple[TTFont, subset.Options]:
    """A font with only these letters, without hints (screens of today do not read them)."""
    options = subset.Options(flavor=flavor, hinting=False, desubroutinize=True)
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(letters))
    cutter.subset(font)
    font["head"].modified = font["head"].created  # the same bytes on every run
    font.recalcTimestamp = False
    return font, options


def copy(source: Path, target: Path) -> None:
    """Copies one file as it is."""
    target.write_bytes(source.read_bytes())


def sum_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimals."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
