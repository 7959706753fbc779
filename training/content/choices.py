"""What a list item in a scene is: a choice with its directives, conditional text, or advice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from markdown_it.token import Token

from training.content.classes import (
    Advice,
    Choice,
    ConditionalText,
    Limit,
    LimitColour,
    LimitHint,
    Person,
    ScenePart,
)
from training.content.conditions import (
    Compare,
    Condition,
    ConditionError,
    Flag,
    Visited,
    atoms,
    parse,
)
from training.content.forms import DilemmaForm
from training.content.front_matter import meant
from training.content.markdown import Node, paragraph, words
from training.content.rich import Pen
from training.content.rules import Report

_WHEN = re.compile(r"Als\s+(.+):$", re.DOTALL)
_ASK = re.compile(r"Vraag raad aan\s+(.+):$", re.DOTALL)
_SCORE = re.compile(r"([^\s+\-–−]+(?:-[^\s+\-–−]+)*)\s+([+\-–−])(\d+)")


@dataclass(slots=True)
class _Effects:
    sets: list[str] = field(default_factory=list)
    clears: list[str] = field(default_factory=list)
    scores: dict[str, int] = field(default_factory=dict)
    limit: LimitHint | None = None


class ChoiceReader:
    """Reads the lists of all scenes of one dilemma."""

    def __init__(
        self,
        form: DilemmaForm,
        scenes: Sequence[str],
        limits: Mapping[str, Limit],
        persons: Mapping[str, Person],
        pen: Pen,
        report: Report,
    ) -> None:
        self.form, self.scenes, self.limits = form, scenes, limits
        self.persons, self.pen, self.report = persons, pen, report

    def read(self, listing: Node, parts: list[ScenePart], choices: list[Choice]) -> None:
        """Add what the list holds to the parts and the choices of its scene."""
        for item in listing.children:
            first, rest = item.children[:1], item.children[1:]
            if not first or first[0].type != "paragraph":
                self.report.add(item.line, "D003")
                continue
            tokens = [t for t in first[0].inline if t.type != "text" or t.content]
            condition, asked, tokens = self.opening(tokens, item.line)
            link = _only_link(tokens)
            if asked is not None:
                self.advice(asked, [paragraph(tokens, item.line), *rest], item.line, parts)
            elif link is not None:
                choices.append(self.choice(len(choices), condition, tokens, link, rest, item.line))
            elif condition and not any(t.type == "link_open" for t in tokens):
                rich = self.pen.blocks([paragraph(tokens, item.line), *rest], explain=True)
                parts.append(ConditionalText(condition, rich))
            else:
                self.not_an_item(item)

    def not_an_item(self, item: Node) -> None:
        broken = any(p.line == item.line and p.code == "D010" for p in self.report.problems)
        if not broken:
            self.report.add(item.line, "D003")

    def opening(
        self, tokens: list[Token], line: int
    ) -> tuple[Condition | None, str | None, list[Token]]:
        """The condition or the person asked that the item begins with, and the rest."""
        emphasis = leading_emphasis(tokens)
        if emphasis is None:
            return None, None, tokens
        text, rest = emphasis
        if when := _WHEN.match(text):
            return self.condition(when.group(1), line), None, rest
        if ask := _ASK.match(text):
            return None, ask.group(1).strip(), rest
        return None, None, tokens

    def condition(self, text: str, line: int) -> Condition | None:
        try:
            condition = parse(text)
        except ConditionError as error:
            self.report.add(line, "D010", text=text, why=error)
            return None
        for atom in atoms(condition):
            self.known(atom, line)
        return condition

    def known(self, atom: Flag | Compare | Visited, line: int) -> None:
        match atom:
            case Flag(name):
                kind, names = "vlag", list(self.form.flags)
            case Compare(name):
                kind, names = "waarde", list(self.form.values)
            case Visited(name):
                kind, names = "scène", list(self.scenes)
        if name not in names:
            self.report.add(line, "D011", name=name, kind=kind, hint=meant(name, names))

    def advice(self, name: str, nodes: list[Node], line: int, parts: list[ScenePart]) -> None:
        if name not in self.persons:
            self.report.add(line, "D014", name=name, hint=meant(name, self.persons))
            return
        parts.append(Advice(self.persons[name], self.pen.blocks(nodes, explain=True)))

    # ------------------------------------------------------------ a choice

    def choice(
        self,
        index: int,
        condition: Condition | None,
        tokens: list[Token],
        href: str,
        rest: list[Node],
        line: int,
    ) -> Choice:
        effects = _Effects()
        consequence = []
        for node in rest:
            if node.type == "bullet_list":
                self.directives(node, effects)
            else:
                self.check_voice(node)
                consequence.append(node)
        inner = [t for t in tokens if t.type not in ("link_open", "link_close")]
        return Choice(
            index=index,
            rich=self.pen.line_of_text(inner, line),
            target=self.target(href, line),
            condition=condition,
            consequence=self.pen.blocks(consequence) if consequence else None,
            sets=tuple(effects.sets),
            clears=tuple(effects.clears),
            scores=effects.scores,
            limit=effects.limit,
            line=line,
        )

    def target(self, href: str, line: int) -> str:
        if not href.startswith("#"):
            self.report.add(line, "D002", target=href)
            return ""
        target = _decoded(href[1:])
        if target not in self.scenes:
            self.report.add(line, "D001", target=target, hint=meant(target, self.scenes))
        return target

    def check_voice(self, node: Node) -> None:
        for inner in node.children if node.type == "blockquote" else ():
            name, _ = bold_name(inner)
            if name is not None and name not in self.persons:
                self.report.add(inner.line, "D014", name=name, hint=meant(name, self.persons))

    # ------------------------------------------------------------ directives

    def directives(self, listing: Node, effects: _Effects) -> None:
        readers = {"zet": self.sets, "telt": self.scores, "grens": self.limit}
        for item in listing.children:
            tokens = item.children[0].inline if item.children else []
            text = words(tokens).strip()
            key, colon, rest = text.partition(":")
            if not colon or key.strip() not in readers:
                self.report.add(item.line, "D012", text=text)
            else:
                readers[key.strip()](rest.strip(), tokens, effects, item.line, text)

    def wrong(self, line: int, text: str, why: str) -> None:
        self.report.add(line, "D013", text=text, why=why)

    def sets(
        self, rest: str, tokens: Sequence[Token], effects: _Effects, line: int, text: str
    ) -> None:
        for piece in rest.split(","):
            negated = piece.strip().startswith("niet ")
            name = piece.strip().removeprefix("niet ").strip()
            if name not in self.form.flags:
                self.wrong(line, text, f"‘{name}’ staat niet bij ‘vlaggen’")
            (effects.clears if negated else effects.sets).append(name)

    def scores(
        self, rest: str, tokens: Sequence[Token], effects: _Effects, line: int, text: str
    ) -> None:
        for piece in rest.split(","):
            found = _SCORE.fullmatch(piece.strip())
            if found is None:
                self.wrong(line, text, f"‘{piece.strip()}’ hoort te zijn als ‘openheid +2’")
                continue
            name, sign, number = found.groups()
            if name not in self.form.values:
                self.wrong(line, text, f"‘{name}’ staat niet bij ‘waarden’")
            elif name in effects.scores:
                self.wrong(line, text, f"‘{name}’ staat er twee keer")
            elif not 1 <= int(number) <= 10:
                self.wrong(line, text, "een keuze telt met 1 tot en met 10")
            effects.scores[name] = int(number) if sign == "+" else -int(number)

    def limit(
        self, rest: str, tokens: Sequence[Token], effects: _Effects, line: int, text: str
    ) -> None:
        colour_name = rest.split(" ")[0]
        if effects.limit is not None:
            self.wrong(line, text, "een keuze heeft hoogstens één grens")
        if colour_name not in {c.value for c in LimitColour}:
            self.report.add(line, "D015", colour=colour_name)
            return
        colour = LimitColour(colour_name)
        href = next((str(t.attrGet("href")) for t in tokens if t.type == "link_open"), None)
        slug = _decoded(href.removeprefix("#")) if href else None
        if (slug is None and colour is LimitColour.RED) or (slug and slug not in self.limits):
            hint = meant(slug or "", self.limits)
            self.report.add(line, "D016", colour=colour_name, hint=hint)
        effects.limit = LimitHint(colour, slug)


def leading_emphasis(tokens: Sequence[Token]) -> tuple[str, list[Token]] | None:
    """The text that a line begins with in italics, and what follows it."""
    filled = [t for t in tokens if t.type != "text" or t.content]
    if not filled or filled[0].type != "em_open":
        return None
    end = next(i for i, t in enumerate(filled) if t.type == "em_close")
    return words(filled[1:end]).strip(), _trimmed(filled[end + 1 :])


def bold_name(node: Node) -> tuple[str | None, list[Token]]:
    """The speaker that a paragraph begins with (`**Name:**`), and what is said."""
    filled = [t for t in node.inline if t.type != "text" or t.content]
    if node.type != "paragraph" or not filled or filled[0].type != "strong_open":
        return None, filled
    end = next(i for i, t in enumerate(filled) if t.type == "strong_close")
    name = words(filled[1:end]).strip()
    if not name.endswith(":"):
        return None, filled
    return name.removesuffix(":").strip(), _trimmed(filled[end + 1 :])


def _trimmed(tokens: Sequence[Token]) -> list[Token]:
    if not tokens or tokens[0].type != "text":
        return [t for t in tokens if not t.type.endswith("break") or t is not tokens[0]]
    first = tokens[0].copy()
    first.content = first.content.lstrip()
    return [*([first] if first.content else []), *tokens[1:]]


def _only_link(tokens: Sequence[Token]) -> str | None:
    """The address, when the text is exactly one link."""
    filled = [t for t in tokens if t.type != "text" or t.content.strip()]
    opened = [t for t in filled if t.type == "link_open"]
    whole = filled and filled[0].type == "link_open" and filled[-1].type == "link_close"
    return str(opened[0].attrGet("href")) if whole and len(opened) == 1 else None


def _decoded(target: str) -> str:
    """A heading's address as it is written; the parser encodes accents in links."""
    return unquote(target)
