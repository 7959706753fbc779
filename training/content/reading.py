"""Whether a text reads at level B1: sentence length, long and rare words, passive voice.

There is no free yardstick for Dutch that gives a CEFR level, so four plain figures each have a
bound. They were set on texts of both kinds: plain B1 Dutch stays well within all four, a letter
in officialese breaks at least two (see docs/content-rules.md and tests/content/test_reading.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from training.content.markdown import Document, Node, words

LONGEST_SENTENCE = 20
MEAN_SENTENCE = 13.0
LONG_WORD = 13
LONG_WORDS = 4.0
RARE_WORDS = 0.6
PASSIVES = 12.0

_OFFICIALESE = """
    aangaande aldaar aldus alsmede alsook alvorens behelst behoudens bescheiden
    bewerkstelligen bezigen conform daartoe dagtekening derhalve desalniettemin desbetreffend
    desbetreffende desgewenst dezes dienaangaande diende dient dientengevolge doch doeleinden
    eerdergenoemd evenwel geenszins gelieve geschieden geschiedt hetgeen hieromtrent hiertoe
    implementatie implementeren inachtneming indien ingevolge inzake jegens krachtens middels
    mitsdien mitsgaders navolgend navolgende nimmer nochtans noodzakelijkerwijs omtrent
    onderhavig onderhavige onverwijld opdat overeenkomstig reeds respectievelijk strekken
    strekt teneinde terstond terzake uitdien uwerzijds verscheidene verstrekken verstrekking
    verstrekt vigerend vigerende voornoemd voornoemde voorts waaromtrent welks zulks
"""
RARE = frozenset(_OFFICIALESE.split())
FEWEST_RARE = 2  # one such word in a short text is no style

_ABBREVIATION = re.compile(r"\b(bijv|art|nr|o\.a|d\.w\.z|enz|mr|dr|blz|ca|m\.b\.t|a\.u\.b)\.", re.I)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]*[\wÀ-ÿ])")
_WORD = re.compile(r"[\wÀ-ÿ]+(?:['’-][\wÀ-ÿ]+)*")
_HOLE = re.compile(r"\{\{[^}]*\}\}")
_PASSIVE = re.compile(
    r"\b(?:word(?:t|en)?|werd(?:en)?|geworden)\b(?=.*?\b(?:ge|be|ver|ont|her)\w+(?:d|t|en)\b)"
    r"|\b(?:ge|be|ver|ont|her)\w+(?:d|t|en)\b(?=\s+(?:te\s+)?(?:word(?:t|en)?|werd(?:en)?)\b)",
    re.I,
)
_DIRECTIVE = re.compile(r"\s*(?:zet|telt|grens):")


@dataclass(frozen=True, slots=True)
class Sentence:
    line: int
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Words to a sentence, and per cent: long words, rare words, sentences in the passive."""

    words: int
    sentences: int
    mean_sentence: float
    long_words: float
    rare_words: float
    passives: float

    @property
    def too_hard(self) -> tuple[str, ...]:
        """Why the text is harder than B1, in Dutch; nothing when it is not."""
        rare_count = round(self.rare_words * self.words / 100)
        rare = self.rare_words if rare_count >= FEWEST_RARE else 0.0
        figures = (
            ("de zinnen hebben gemiddeld {:.1f} woorden", self.mean_sentence, MEAN_SENTENCE),
            ("{:.1f}% van de woorden is lang", self.long_words, LONG_WORDS),
            ("{:.1f}% van de woorden is ambtelijk", rare, RARE_WORDS),
            ("{:.0f}% van de zinnen heeft ‘worden’", self.passives, PASSIVES),
        )
        return tuple(
            f"{text.format(found)} (hoogstens {bound:g})"
            for text, found, bound in figures
            if found > bound
        )

    @property
    def level(self) -> str:
        return "moeilijker dan B1" if self.too_hard else "B1"


def measure(sentences: Iterable[Sentence]) -> Reading:
    """The figures of a text."""
    all_sentences = [s for s in sentences if s.words]
    every = [word for s in all_sentences for word in s.words]
    total, count = max(len(every), 1), max(len(all_sentences), 1)
    return Reading(
        words=len(every),
        sentences=len(all_sentences),
        mean_sentence=len(every) / count,
        long_words=100 * sum(_is_long(word) for word in every) / total,
        rare_words=100 * sum(word.lower() in RARE for word in every) / total,
        passives=100 * sum(bool(_PASSIVE.search(s.text)) for s in all_sentences) / count,
    )


def sentences_in(text: str, line: int = 1) -> Iterator[Sentence]:
    """The sentences of one paragraph."""
    filled = _HOLE.sub("Dit", _ABBREVIATION.sub(r"\1", text))
    for sentence in _SENTENCE_END.split(filled):
        found = tuple(_WORD.findall(sentence))
        if found:
            yield Sentence(line, sentence.strip(), found)


def sentences_of(document: Document) -> Iterator[Sentence]:
    """The sentences of a file, without directives, conditions and names of sources."""
    for node in document.nodes:
        yield from _of_node(node)


def _of_node(node: Node) -> Iterator[Sentence]:
    if node.type == "heading":
        return
    for token in node.inlines():
        if not _DIRECTIVE.match(token.content):
            line = token.map[0] + 1 if token.map else 1
            yield from sentences_in(_spoken(token.children or []), line)


def _spoken(tokens: list[Token]) -> str:
    """What a reader reads: no task mark, no condition, no speaker, no name of a source."""
    text = words([t for t in tokens if t.type != "code_inline"])
    text = re.sub(r"^\s*\[[ xX]\]\s*", "", text)
    text = re.sub(r"^\s*(?:Als [^:]{1,80}|Vraag raad aan [^:]{1,40}):\s+(?=[A-ZÀ-Ý‘“])", "", text)
    return re.sub(r"\bBron(?:nen)?:[\s,en]*\.?\s*$", "", text)


def _is_long(word: str) -> bool:
    return max(len(part) for part in re.split(r"['’-]", word)) >= LONG_WORD
