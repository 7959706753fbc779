"""Whether a released version still has the structure that it was released with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.content.classes import Dilemma, Module, Question, Scene, Section, Signals
from training.content.conditions import show
from training.content.front_matter import Located
from training.content.rules import Report

NAME = "versies.lock"


@dataclass(frozen=True, slots=True)
class Released:
    """A version that readers may have progress in: hash of its structure, and its headings."""

    hash: str
    slugs: tuple[str, ...]


Releases = dict[str, dict[int, Released]]


def read_lock(content: Path) -> Releases:
    """The released versions of each file, by `kind/id` and version; none without a lock file."""
    path = content / NAME
    if not path.is_file():
        return {}
    return {
        key: {int(v): Released(r["opbouw"], tuple(r["koppen"])) for v, r in versions.items()}
        for key, versions in json.loads(path.read_text(encoding="utf-8")).items()
    }


def write_lock(content: Path, releases: Releases) -> None:
    """Keep the released versions beside the content, in a fixed order."""
    plain = {
        key: {
            str(version): {"opbouw": released.hash, "koppen": list(released.slugs)}
            for version, released in sorted(versions.items())
        }
        for key, versions in sorted(releases.items())
    }
    text = json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    (content / NAME).write_text(text, encoding="utf-8")


def key_of(content: Module | Dilemma) -> str:
    """The name of a file in the lock."""
    return f"{content.kind.value}/{content.id}"


def released_now(content: Module | Dilemma) -> Released:
    """What the lock would hold for the file as it is."""
    if isinstance(content, Module):
        structure: object = [[s.id, _blocks(s)] for s in content.sections]
        slugs = [s.id for s in content.sections]
    else:
        structure = [content.start, list(content.values), list(content.flags)]
        structure = [structure, [_scene(s) for s in content.scenes.values()]]
        slugs = list(content.scenes)
    text = json.dumps(structure, ensure_ascii=False, sort_keys=True)
    return Released(hashlib.sha256(text.encode()).hexdigest()[:32], tuple(slugs))


def check_release(
    content: Module | Dilemma,
    front: Located,
    releases: Mapping[str, dict[int, Released]],
    report: Report,
) -> None:
    """A released version keeps its structure; a later one says where vanished headings went."""
    versions = releases.get(key_of(content), {})
    if not versions:
        return
    newest, line = max(versions), front.line(("versie",))
    if content.version < newest:
        report.add(line, "A032", version=content.version, released=newest)
    elif content.version == newest:
        if versions[newest].hash != released_now(content).hash:
            report.add(line, "A026", version=newest)
    else:
        for slug in _vanished(content, versions[newest]):
            report.add(line, "A027", slug=slug, version=newest)


def _vanished(content: Module | Dilemma, released: Released) -> list[str]:
    kept = {*released_now(content).slugs, *content.previous_ids}
    return [slug for slug in released.slugs if slug not in kept]


def _blocks(section: Section) -> list[object]:
    """What progress is kept for; running text may change within a version."""
    kept: list[object] = []
    for block in section.blocks:
        if isinstance(block, Question):
            kept.append([block.id, block.kind.name, [[a.id, a.correct] for a in block.answers]])
        elif isinstance(block, Signals):
            kept.append([block.id, [[i.id, i.is_signal] for i in block.items]])
    return kept


def _scene(scene: Scene) -> object:
    return [
        scene.id,
        [
            [
                choice.target,
                show(choice.condition) if choice.condition else "",
                list(choice.sets),
                list(choice.clears),
                dict(choice.scores),
                [choice.limit.colour.name, choice.limit.limit] if choice.limit else [],
            ]
            for choice in scene.choices
        ],
    ]
