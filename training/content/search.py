"""Finds content by its words: an index over all text of the library, made once, by Dutch stems.

*vergunningen* finds *vergunning* (Snowball's Dutch stemmer), *café* is found as *cafe*, and a stem
of four letters or more also finds words that hold it (*omgevingsvergunning*). Ranking: BM25
(Robertson and Zaragoza, 2009), where a word in a title weighs more than one in the text. Feedback,
and which answers are right, are not in it: no search tells them.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import snowballstemmer
from markupsafe import Markup, escape

from training.content.classes import (
    ContentKind,
    Dilemma,
    Library,
    Module,
    Question,
    Rich,
    Signals,
)

TITLE, SUMMARY, HEADING, TEXT = 8.0, 4.0, 3.0, 1.0
PART_OF_WORD = 0.4  # what a match inside a longer word counts, against a whole one
SHORTEST_PART = 4  # letters
SATURATION, LENGTH = 1.2, 0.6  # k1 and b of BM25
SNIPPET = 160  # characters
REMEMBERED = 5_000  # stems that were asked for lately
MOST_WORDS = 8  # of a query; more words find nothing better
Key = tuple[ContentKind, str]
WORD = re.compile(r"\w+(?:['’]\w+)*")
STOP = frozenset(
    "aan al als bij dat de der die dit door een en er het hoe ik in is je maar mee met mijn na "
    "naar niet of om onder ook op over te tot uit van voor waar wat we wel wie wij ze zijn "
    "zo".split()
)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text of one page: `shown` when a snippet may be taken from it."""

    heading: str
    words: str
    weight: float
    shown: bool = True
    stems: tuple[tuple[int, int, str], ...] = ()
    """Where each word that counts begins and ends, and its stem."""
    held: frozenset[str] = frozenset()

    @classmethod
    def of(cls, heading: str, words: str, weight: float, shown: bool = True) -> Text:
        """A text with its stems."""
        places = ((m.start(), m.end(), plain(m[0])) for m in WORD.finditer(words))
        stems = tuple((a, b, stem_of(word)) for a, b, word in places if word not in STOP)
        return cls(heading, words, weight, shown, stems, frozenset(stem for *_, stem in stems))


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: the content, the heading under which the snippet stands (may be empty), and the
    snippet with what was found marked."""

    kind: ContentKind
    content_id: str
    heading: str
    snippet: Markup


def plain(word: str) -> str:
    """A word in lower case, without accents."""
    parts = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part))


@functools.cache
def stem_of(word: str) -> str:
    """The stem of a plain word; *vergunning* and *vergunningen* have one."""
    return str(snowballstemmer.stemmer("dutch").stemWord(word))


def _asked(query: str) -> list[str]:
    """The stems of a query, each once."""
    return list(dict.fromkeys(stems_in(query)))[:MOST_WORDS]


def stems_in(text: str) -> list[str]:
    """The stems of a text, in order, without words that are everywhere."""
    words = (plain(word) for word in WORD.findall(text))
    return [stem_of(word) for word in words if word not in STOP]


class Index:
    """The words of one library. Made once; it never changes."""

    def __init__(self, library: Library) -> None:
        self.texts: dict[Key, list[Text]] = {}
        for module in library.modules.values():
            self.texts[ContentKind.MODULE, module.id] = list(_of_module(module))
        for dilemma in library.dilemmas.values():
            self.texts[ContentKind.DILEMMA, dilemma.id] = list(_of_dilemma(dilemma))
        self.known: dict[str, dict[str, float]] = {}
        self.weights: dict[str, dict[Key, float]] = defaultdict(dict)
        lengths: dict[Key, float] = {}
        for key, texts in self.texts.items():
            counted: dict[str, float] = defaultdict(float)
            for text in texts:
                for _start, _end, stem in text.stems:
                    counted[stem] += text.weight
            lengths[key] = sum(counted.values())
            for stem, weight in counted.items():
                self.weights[stem][key] = weight
        mean = sum(lengths.values()) / max(len(lengths), 1) or 1.0
        self.norm = {key: 1 - LENGTH + LENGTH * length / mean for key, length in lengths.items()}

    def search(self, query: str, among: Collection[Key] | None = None) -> list[Key]:
        """What holds every word of the query, the best first; when nothing does, what holds most
        of them. `among` limits it to these."""
        asked = _asked(query)
        found: dict[Key, list[float]] = defaultdict(list)
        for stem in asked:
            for key, score in self._scores(stem).items():
                if among is None or key in among:
                    found[key].append(score)
        most = max((len(scores) for scores in found.values()), default=0)
        ranked = sorted(
            ((sum(scores), key) for key, scores in found.items() if len(scores) == most),
            key=lambda one: (-one[0], one[1][1]),
        )
        return [key for _score, key in ranked]

    def alike(self, stem: str) -> dict[str, float]:
        """The stems of the library that a stem finds, with how much each counts."""
        if stem in self.known:
            return self.known[stem]
        found = {stem: 1.0} if stem in self.weights else {}
        if len(stem) >= SHORTEST_PART:
            found |= {one: PART_OF_WORD for one in self.weights if stem in one and one != stem}
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[stem] = found
        return found

    def _scores(self, stem: str) -> dict[Key, float]:
        """What each content scores for one stem of the query, and for words that hold it."""
        held: dict[Key, float] = defaultdict(float)
        for other, share in self.alike(stem).items():
            for key, weight in self.weights[other].items():
                held[key] += share * weight
        rare = math.log(1 + (len(self.texts) - len(held) + 0.5) / (len(held) + 0.5))
        return {
            key: rare * weight * (SATURATION + 1) / (weight + SATURATION * self.norm[key])
            for key, weight in held.items()
        }

    def hits(self, keys: Iterable[Key], query: str) -> list[Hit]:
        """How results are shown: the first text in which most of the query stands gives the
        snippet."""
        stems = {other for stem in _asked(query) for other in self.alike(stem)}
        return [self._hit(key, stems) for key in keys]

    def _hit(self, key: Key, stems: Collection[str]) -> Hit:
        best, most = self.texts[key][0], -1
        for text in self.texts[key]:
            if text.shown and (here := len(text.held.intersection(stems))) > most:
                best, most = text, here
        return Hit(*key, best.heading, _snippet(best, stems))


@functools.lru_cache(maxsize=2)
def index_of(library: Library) -> Index:
    """The index of a library, made when it is first asked for and kept as long as the library."""
    return Index(library)


def _snippet(text: Text, stems: Collection[str]) -> Markup:
    """Some words around the first that was found, with all that was found marked."""
    hits = [(start, end) for start, end, stem in text.stems if stem in stems]
    begin = max(0, (hits[0][0] if hits else 0) - SNIPPET // 3)
    begin = text.words.find(" ", begin) + 1 if begin else 0
    end = text.words.rfind(" ", begin, begin + SNIPPET) if len(text.words) > begin + SNIPPET else -1
    stop = len(text.words) if end < 0 else end
    parts, at = ["… "] if begin else [], begin
    for start, past in hits:
        if begin <= start and past <= stop:
            parts += (escape(text.words[at:start]), "<mark>", escape(text.words[start:past]))
            parts.append("</mark>")
            at = past
    parts += (escape(text.words[at:stop]), "" if end < 0 else " …")
    return Markup("".join(parts))  # noqa: S704 - each part is escaped, or ours


def _of_module(module: Module) -> Iterator[Text]:
    yield Text.of("", module.summary, SUMMARY)
    yield Text.of("", module.title, TITLE, shown=False)
    yield Text.of("", ". ".join((*module.goals, module.theme.label)), HEADING, shown=False)
    if module.intro:
        yield Text.of("", _words(module.intro), TEXT)
    for section in module.sections:
        yield Text.of("", section.title, HEADING, shown=False)
        for block in section.blocks:
            if isinstance(block, Question):
                parts = [block.title, *(_words(a.rich) for a in block.answers)]
                if block.case:
                    parts.append(_words(block.case))
                yield Text.of(section.title, " ".join(parts), TEXT, shown=False)
            elif isinstance(block, Signals):
                parts = [_words(block.scene), *(_words(item.rich) for item in block.items)]
                yield Text.of(section.title, " ".join(parts), TEXT, shown=False)
            elif rich := getattr(block, "rich", None):
                yield Text.of(section.title, _words(rich), TEXT)


def _of_dilemma(dilemma: Dilemma) -> Iterator[Text]:
    """Scenes are found too, but no snippet tells what happens in them."""
    yield Text.of("", dilemma.summary, SUMMARY)
    yield Text.of("", dilemma.title, TITLE, shown=False)
    themes = (theme.label for theme in dilemma.themes)
    yield Text.of("", ". ".join((*dilemma.goals, *themes)), HEADING, shown=False)
    yield Text.of("", _words(dilemma.intro), TEXT)
    for scene in dilemma.scenes.values():
        parts = [scene.title]
        parts += [_words(part.rich) for part in scene.parts if hasattr(part, "rich")]
        parts += [_words(choice.rich) for choice in scene.choices]
        yield Text.of("", " ".join(parts), TEXT, shown=False)
    for limit in dilemma.limits.values():
        yield Text.of(limit.title, _words(limit.rich), TEXT)


def _words(rich: Rich) -> str:
    return " ".join(rich.text.split())
