"""How the parts of a dilemma file become scenes, choices, limits and questions to discuss."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from markdown_it.token import Token

from training.content.checks_text import check_audiences, check_previous, check_statements
from training.content.choices import ChoiceReader, bold_name, leading_emphasis
from training.content.classes import (
    Choice,
    Dilemma,
    DiscussionQuestion,
    Figure,
    GroupPlan,
    Limit,
    LimitColour,
    Person,
    Picture,
    Prose,
    Rich,
    Scene,
    ScenePart,
    Speech,
)
from training.content.forms import DilemmaForm
from training.content.front_matter import meant
from training.content.markdown import FENCE, Document, Node, Part, image_of, paragraph
from training.content.modules import review_of, sources_of
from training.content.pictures import read_picture
from training.content.rich import Pen, Shelf
from training.content.rules import Report

ENDING = "Afloop:"
DEBRIEF, DISCUSSION = "Nabespreking", "Gespreksvragen"
LIMITS, FACILITATOR, SOURCES = "Juridische grenzen", "Voor de gespreksleider", "Bronnen"
RESERVED = {DEBRIEF, DISCUSSION, LIMITS, FACILITATOR, SOURCES}


def build_dilemma(
    document: Document, form: DilemmaForm, folder: Path, shelf: Shelf, report: Report
) -> Dilemma:
    """The dilemma; what is wrong in it is reported, and then it may not be used."""
    return _Builder(document, form, folder, shelf, report).dilemma()


class _Builder:
    def __init__(
        self, document: Document, form: DilemmaForm, folder: Path, shelf: Shelf, report: Report
    ) -> None:
        self.document, self.form, self.folder = document, form, folder
        self.shelf, self.report = shelf, report
        self.sources = sources_of(form.sources)
        self.pen = Pen(shelf, self.sources, report)
        self.title, *self.parts = document.parts
        self.persons = {k: Person(k, p.name, p.role) for k, p in form.persons.items()}
        self.by_name = {p.name: p for p in self.persons.values()}
        self.pictures = self.read_pictures()

    def dilemma(self) -> Dilemma:
        form = self.form
        check_audiences(form.audiences, self.document, self.shelf, self.report)
        self.check_headings()
        intro = self.prose(self.title.blocks)
        terms = self.pen.page_terms
        limits = {limit.slug: limit for limit in self.limits()}
        scenes = self.scenes(limits)
        start = self.start(scenes)
        debrief = self.debrief()
        discussion = tuple(self.discussion(scenes))
        group = self.group(scenes)
        facilitator = self.reserved(FACILITATOR)
        self.check_whole(scenes)
        check_statements(self.units(), self.report)
        return Dilemma(
            id=form.id,
            title=self.title.heading.title,
            version=form.version,
            summary=form.summary,
            audiences=tuple(form.audiences),
            themes=tuple(form.themes),
            goals=tuple(form.goals),
            minutes_solo=form.minutes.solo,
            minutes_group=form.minutes.group,
            values=form.values,
            flags=form.flags,
            persons=self.persons,
            start=start,
            group=group,
            intro=intro,
            scenes=scenes,
            debrief=debrief,
            discussion=discussion,
            limits=limits,
            facilitator=self.pen.blocks(facilitator.blocks) if facilitator else None,
            sources=self.sources,
            licence=form.licence,
            fictional=form.fictional,
            reviewed=review_of(form),
            review_due=form.review_due,
            previous_ids=form.previous_ids,
            terms=terms,
            path=self.document.path,
        )

    # ------------------------------------------------------------ the whole

    def check_headings(self) -> None:
        above = ""
        for part in self.parts:
            if part.heading.depth == 2:
                above = part.heading.title
            elif above != LIMITS:
                allowed = "Een ‘###’ staat alleen onder ‘## Juridische grenzen’."
                self.report.add(part.heading.line, "A012", level="###", allowed=allowed)
        for node in self.document.nodes:
            if node.type == FENCE:
                self.report.add(node.line, "D025", what="een blok ‘:::’; schrijf gewone tekst")

    def check_whole(self, scenes: dict[str, Scene]) -> None:
        if not any(not s.is_ending for s in scenes.values()):
            self.report.add(1, "D024", what="scènes", cure="Maak er met koppen ‘## …’.")
        elif not any(s.is_ending for s in scenes.values()):
            self.report.add(1, "D024", what="afloop", cure="Maak er een met ‘## Afloop: …’.")
        check_previous(self.form.previous_ids, list(scenes), self.document, self.report)

    def reserved(self, title: str) -> Part | None:
        return next((p for p in self.parts if p.heading.title == title and p.blocks), None)

    def start(self, scenes: dict[str, Scene]) -> str:
        first = next((s.id for s in scenes.values() if not s.is_ending), "")
        chosen = self.form.start
        if chosen is None or (chosen in scenes and not scenes[chosen].is_ending):
            return chosen or first
        line = self.document.front.line(("start",))
        self.report.add(line, "D022", scene=chosen, hint=meant(chosen, scenes))
        return first

    def read_pictures(self) -> dict[str, Picture]:
        found = {}
        for name, medium in self.form.media.items():
            line = self.document.front.line(("media", name))
            picture = read_picture(self.folder, name, medium.alt, line, self.report)
            if picture:
                found[name] = picture
        return found

    def units(self) -> Iterator[list[Node]]:
        """Stretches of text that belong together, so that one source serves all of it."""
        for part in (self.title, *self.parts):
            if part.heading.depth == 3:
                yield part.blocks
            else:
                for block in part.blocks:
                    yield from ([item] for item in block.children or [block])

    # ------------------------------------------------------------ scenes

    def scenes(self, limits: dict[str, Limit]) -> dict[str, Scene]:
        parts = [p for p in self.parts if p.heading.depth == 2 and p.heading.title not in RESERVED]
        ids = [p.heading.slug for p in parts]
        reader = ChoiceReader(self.form, ids, limits, self.by_name, self.pen, self.report)
        return {part.heading.slug: self.scene(part, reader) for part in parts}

    def scene(self, part: Part, reader: ChoiceReader) -> Scene:
        head = part.heading
        is_ending = head.title.startswith(ENDING)
        self.pen.new_page()
        parts: list[ScenePart] = []
        choices: list[Choice] = []
        text: list[Node] = []
        for node in part.blocks:
            if node.type in ("bullet_list", "blockquote") or image_of(node):
                parts += self.prose_part(text)
                text = []
            if node.type == "bullet_list":
                reader.read(node, parts, choices)
            elif node.type == "blockquote":
                parts += self.speeches(node)
            elif image := image_of(node):
                parts += self.figure(image, node.line)
            else:
                text.append(node)
        parts += self.prose_part(text)
        title = head.title.removeprefix(ENDING).strip()
        scene = Scene(
            head.slug,
            title,
            tuple(parts),
            tuple(choices),
            is_ending,
            self.pen.page_terms,
            head.line,
        )
        self.check_scene(scene)
        return scene

    def check_scene(self, scene: Scene) -> None:
        if scene.is_ending and scene.choices:
            self.report.add(scene.choices[0].line, "D005")
        elif not scene.is_ending and not scene.choices:
            self.report.add(scene.line, "D004", title=scene.title)
        colours = [c.limit.colour if c.limit else None for c in scene.choices]
        if colours and all(colour is LimitColour.RED for colour in colours):
            self.report.add(scene.line, "D018", title=scene.title)

    def prose(self, nodes: Sequence[Node]) -> Rich:
        return self.pen.blocks(nodes, explain=True)

    def prose_part(self, nodes: Sequence[Node]) -> list[ScenePart]:
        return [Prose(self.prose(nodes))] if nodes else []

    def figure(self, image: Token, line: int) -> list[ScenePart]:
        name = str(image.attrGet("src"))
        if name in self.pictures:
            return [Figure(self.pictures[name])]
        if name not in self.form.media:
            self.report.add(line, "A024", name=name, why="zij staat niet bij ‘media’")
        return []

    def speeches(self, quote: Node) -> Iterator[ScenePart]:
        """A quote cut where somebody else begins to speak; without a name it is a quote."""
        turns: list[tuple[Person | None, list[Node]]] = []
        for node in quote.children:
            name, rest = bold_name(node)
            if name is not None:
                turns.append((self.speaker(name, node.line), [paragraph(rest, node.line)]))
            elif turns:
                turns[-1][1].append(node)
            else:
                yield Prose(self.prose([quote]))
                return
        for person, nodes in turns:
            if person:
                yield Speech(person, self.prose(nodes))

    def speaker(self, name: str, line: int) -> Person | None:
        if name not in self.by_name:
            self.report.add(line, "D014", name=name, hint=meant(name, self.by_name))
        return self.by_name.get(name)

    # ------------------------------------------------------------ after the ending

    def debrief(self) -> Rich:
        part = self.reserved(DEBRIEF)
        if part is None:
            self.report.add(self.line_of(DEBRIEF), "D019")
        return self.pen.blocks(part.blocks if part else [])

    def line_of(self, title: str) -> int:
        return next((p.heading.line for p in self.parts if p.heading.title == title), 1)

    def discussion(self, scenes: dict[str, Scene]) -> Iterator[DiscussionQuestion]:
        part = self.reserved(DISCUSSION)
        if part is None:
            self.report.add(self.line_of(DISCUSSION), "D020")
            return
        for block in part.blocks:
            if block.type not in ("bullet_list", "ordered_list"):
                what = "tekst bij de gespreksvragen; maak er een punt in de lijst van"
                self.report.add(block.line, "D025", what=what)
                continue
            for item in block.children:
                yield self.discussion_question(item, scenes)

    def discussion_question(self, item: Node, scenes: dict[str, Scene]) -> DiscussionQuestion:
        tokens = _filled(item.children[0].inline if item.children else [])
        scene, tokens = self.scene_link(tokens, item.line, scenes)
        emphasis = leading_emphasis(tokens)
        what_if = emphasis is not None and emphasis[0].lower().startswith("wat als")
        return DiscussionQuestion(scene, what_if, self.pen.line_of_text(tokens, item.line))

    def scene_link(
        self, tokens: list[Token], line: int, scenes: dict[str, Scene]
    ) -> tuple[str | None, list[Token]]:
        """The scene that a question begins with, and the rest of its text."""
        if not tokens or tokens[0].type != "link_open":
            return None, tokens
        target = str(tokens[0].attrGet("href"))
        if not target.startswith("#"):
            return None, tokens
        scene = target.removeprefix("#")
        if scene not in scenes:
            self.report.add(line, "D001", target=scene, hint=meant(scene, scenes))
        end = next(i for i, t in enumerate(tokens) if t.type == "link_close")
        return scene, _without_colon(tokens[end + 1 :])

    def limits(self) -> Iterator[Limit]:
        inside = False
        for part in self.parts:
            if part.heading.depth == 2:
                inside = part.heading.title == LIMITS
                if inside and part.blocks:
                    what = "tekst vóór de eerste grens; zet die onder een kop ‘###’"
                    self.report.add(part.blocks[0].line, "D025", what=what)
            elif inside:
                yield self.limit(part)

    def limit(self, part: Part) -> Limit:
        codes = [
            child.content
            for node in part.blocks
            for token in node.inlines()
            for child in token.children or []
            if child.type == "code_inline"
        ]
        head = part.heading
        if not codes:
            self.report.add(head.line, "D017", title=head.title)
        sources = tuple(self.sources[key] for key in dict.fromkeys(codes) if key in self.sources)
        return Limit(head.slug, head.title, self.pen.blocks(part.blocks), sources)

    def group(self, scenes: dict[str, Scene]) -> GroupPlan:
        form = self.form.group
        if form is None:
            return GroupPlan()
        for key, names in (("stemmen", form.vote), ("tweede-ronde", form.second_round)):
            for number, name in enumerate(names):
                why = self.no_vote(name, key, scenes)
                if why:
                    line = self.document.front.line(("groep", key, number))
                    self.report.add(line, "D021", scene=name, why=why)
        return GroupPlan(tuple(form.vote), tuple(form.second_round), form.path_by)

    def no_vote(self, name: str, key: str, scenes: dict[str, Scene]) -> str | None:
        if name not in scenes:
            return "die scène bestaat niet"
        if len(scenes[name].choices) < 2:
            return "daar valt niets te stemmen, want er zijn geen twee keuzes"
        if key == "tweede-ronde" and self.form.group and name not in self.form.group.vote:
            return "die staat niet bij ‘stemmen’, dus er is geen eerste ronde"
        return None


def _filled(tokens: Sequence[Token]) -> list[Token]:
    """Tokens from the first that says something."""
    at = next((i for i, t in enumerate(tokens) if t.type != "text" or t.content.strip()), 0)
    return list(tokens[at:])


def _without_colon(tokens: Sequence[Token]) -> list[Token]:
    if not tokens or tokens[0].type != "text":
        return list(tokens)
    first = tokens[0].copy()
    first.content = re.sub(r"^\s*:?\s*", "", first.content)
    return [*([first] if first.content else []), *tokens[1:]]
