"""Keeps ballots out of the database until ten of a kind can be counted together.

The box is a small file on memory-backed storage that is in no backup. It is written sorted, so the
order of lines says nothing, and its time stamps are set to the beginning of time. Losing it loses a
statistic; a completion is committed before its ballots are dropped and is never lost.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from training.ballots.models import Voters
from training.ballots.rules import MIN_BATCH


@dataclass(frozen=True, slots=True, order=True)
class Ballot:
    """One choice in one scene, as text: unit and municipality are ids, `voters` a name. Of the
    ladder (see `ladder_ballot`) `dilemma` is a theme, `version` a year, `scene` an audience and
    `choice` a rung: it is counted, frozen and published in the same way."""

    municipality: str
    unit: str
    voters: str
    dilemma: str
    version: int
    scene: str
    choice: int

    @property
    def cell(self) -> tuple[str, str, str, str, int, str]:
        """What the ballot is counted under."""
        return (
            self.municipality,
            self.unit,
            self.voters,
            self.dilemma,
            self.version,
            self.scene,
        )


LADDER = "trap:"


def ladder_of(theme: str) -> str:
    """What stands in the place of a dilemma for the ladder of a theme."""
    return LADDER + theme


def ladder_ballot(
    *,
    municipality_id: uuid.UUID,
    voters: Voters,
    theme: str,
    year: int,
    audience: str,
    rung: int,
) -> Ballot:
    """How sure and how right somebody of an audience was about a theme in a year: a rung, from 0.
    Counted under the municipality as a whole."""
    return Ballot(
        municipality=str(municipality_id),
        unit=str(municipality_id),
        voters=voters.name,
        dilemma=ladder_of(theme),
        version=year,
        scene=audience,
        choice=rung,
    )


class Box:
    """The ballot box of one machine; any number of processes may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ballots"

    def drop(self, ballots: Iterable[Ballot]) -> None:
        """Puts ballots in; whoever reads the box afterwards cannot tell them from the others."""
        with self._locked():
            self._write([*self._read(), *ballots])

    def take_batches(self, keep: bool = False) -> list[Ballot]:
        """Takes out all cells that hold ten ballots or more; what is fewer stays. With `keep`
        nothing is taken out (to look what would come)."""
        with self._locked():
            per_cell: dict[object, list[Ballot]] = defaultdict(list)
            for ballot in self._read():
                per_cell[ballot.cell].append(ballot)
            taken = [b for cell in per_cell.values() if len(cell) >= MIN_BATCH for b in cell]
            if not keep:
                self._write(
                    [b for cell in per_cell.values() if len(cell) < MIN_BATCH for b in cell]
                )
            return taken

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> list[Ballot]:
        try:
            lines = self.file.read_text().splitlines()
        except FileNotFoundError:
            return []
        return [Ballot(*json.loads(line)) for line in lines]

    def _write(self, ballots: Iterable[Ballot]) -> None:
        new = self.folder / "ballots.new"
        lines = [json.dumps(astuple(ballot)) for ballot in sorted(ballots)]
        new.write_text("".join(f"{line}\n" for line in lines))
        os.utime(new, (0, 0))
        new.replace(self.file)
        os.utime(self.folder / "lock", (0, 0))
