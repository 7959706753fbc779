"""Measures reading, checking and exploring dilemmas against only reading the same text."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from bench.measure import Measure, alternate, paired
from training.content.explore import explore
from training.content.library import check_folder

FIXTURE = Path(__file__).parent.parent / "tests" / "content" / "fixture" / "content"
DAY = dt.date(2026, 11, 24)
SCENES, CHOICES, FLAGS = 40, 3, 12
LIVES = 10  # scenes from where a flag is set to where it is read and cleared


def content(quick: bool) -> Iterator[Measure]:
    """The fixture folder with the worked example, and a dilemma of 40 scenes and 12 flags. The
    bounds are generous: they are there to notice a fault, orientation is 10 and 100 ms."""
    rounds = 4 if quick else 10
    text = (FIXTURE / "dilemmas" / "het-dossier-van-de-buurman.md").read_text()
    yield paired(
        "worked example: read, check, explore",
        alternate(rounds, _timed(lambda: check_folder(FIXTURE, DAY)), _timed(lambda: _bare(text))),
        "ms",
        20,
    )
    with tempfile.TemporaryDirectory() as folder:
        large = _large(Path(folder))
        found = check_folder(large, DAY)
        dilemma = found.library.dilemmas["groot"]
        source = (large / "dilemmas" / "groot.md").read_text()
        states = len(explore(dilemma).steps)
        yield paired(
            f"40 scenes, 12 flags: explore {states} states",
            alternate(rounds, _timed(lambda: explore(dilemma)), _timed(lambda: _bare(source))),
            "ms",
            20,
        )


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def take() -> float:
        begun = time.process_time()
        work()
        return (time.process_time() - begun) * 1000

    return take


def _bare(text: str) -> None:
    """What any reader of the format must do: YAML and CommonMark."""
    front, _, body = text.removeprefix("---\n").partition("\n---\n")
    yaml.safe_load(front)
    MarkdownIt("commonmark").parse(body)


def _flag(number: int) -> int | None:
    """The flag that scene `number` sets: one in every second scene, twelve in all."""
    flag, between = divmod(number - 1, 2)
    return flag if not between and 0 <= flag < FLAGS else None


def _large(folder: Path) -> Path:
    """A dilemma in a row of scenes, with flags set early and read late."""
    content_folder = folder / "content"
    shutil.copytree(FIXTURE, content_folder)
    source = (content_folder / "dilemmas" / "het-dossier-van-de-buurman.md").read_text()
    front = source.split("---\n")[1]
    flags = ", ".join(f"v{n}: Je deed iets van nummer {n}" for n in range(FLAGS))
    front = front.replace("id: het-dossier-van-de-buurman", "id: groot")
    lines = [line for line in front.splitlines() if not line.startswith(("vlaggen:", "groep:"))]
    lines += [f"vlaggen: {{{flags}}}", "groep: {stemmen: [scene-1], pad: gespreksleider}"]
    body = ["# Groot", "", "Een lang verhaal.", ""]
    for number in range(1, SCENES + 1):
        target = f"#scene-{number + 1}" if number < SCENES else "#afloop-een-net-besluit"
        body += [f"## Scène {number}".replace("è", "e"), "", "Je staat voor een keuze.", ""]
        sets, reads = _flag(number), _flag(number - LIVES)
        for choice in range(CHOICES):
            when = f"*Als v{reads}:* " if reads is not None and choice == 1 else ""
            body += [f"- {when}[Je doet nummer {choice + 1} van {number}]({target})"]
            flags_here = [f"v{sets}"] if sets is not None and choice == 0 else []
            flags_here += [f"niet v{reads}"] if reads is not None else []
            body += [f"  - zet: {', '.join(flags_here)}"] if flags_here else []
        body += [""]
    tail = source[source.index("## Afloop: Een net besluit") :]
    blijft, nabespreking = tail.index("## Afloop: Het blijft"), tail.index("## Nabespreking")
    end = tail[:blijft] + tail[nabespreking:]
    end = end.replace("[Het appje](#het-appje)", "[Scene 1](#scene-1)")
    text = "---\n" + "\n".join(lines) + "\n---\n" + "\n".join(body) + "\n" + end
    (content_folder / "dilemmas" / "groot.md").write_text(text)
    return content_folder
