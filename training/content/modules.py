"""How the parts of a module file become sections, questions and exercises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markdown_it.token import Token

from training.content.checks_text import check_audiences, check_previous, check_statements
from training.content.classes import (
    Answer,
    Block,
    Box,
    BoxKind,
    Figure,
    Module,
    Picture,
    Prose,
    Question,
    QuestionKind,
    Review,
    Rich,
    Section,
    SignalItem,
    Signals,
    Source,
)
from training.content.forms import ContentForm, ModuleForm, SourceForm
from training.content.markdown import (
    FENCE,
    Document,
    Node,
    Part,
    image_of,
    slug,
    task_mark,
    without_task_mark,
)
from training.content.pictures import read_picture
from training.content.rich import Pen, Shelf
from training.content.rules import Report

QUESTION, SIGNALS = "Vraag:", "Signalen:"
_LISTS = {"bullet_list", "ordered_list"}


def build_module(
    document: Document, form: ModuleForm, folder: Path, shelf: Shelf, report: Report
) -> Module:
    """The module; what is wrong in it is reported, and then it may not be used."""
    builder = _Builder(document, form, folder, shelf, report)
    return builder.module()


def sources_of(forms: dict[str, SourceForm]) -> dict[str, Source]:
    """The sources of the front matter, by key."""
    return {key: Source(key, f.title, f.url, f.valid_on) for key, f in forms.items()}


def review_of(form: ContentForm) -> Review | None:
    """Who reviewed the file, and when."""
    return Review(form.reviewed.by, form.reviewed.on) if form.reviewed else None


class _Builder:
    def __init__(
        self, document: Document, form: ModuleForm, folder: Path, shelf: Shelf, report: Report
    ) -> None:
        self.document, self.form, self.folder = document, form, folder
        self.shelf, self.report = shelf, report
        self.sources = sources_of(form.sources)
        self.pen = Pen(shelf, self.sources, report)

    def module(self) -> Module:
        form = self.form
        check_audiences(form.audiences, self.document, self.shelf, self.report)
        title, *parts = self.document.parts
        intro = self.pen.blocks(title.blocks) if title.blocks else None
        sections = tuple(self.section(group) for group in _grouped(parts))
        self.check_whole(sections)
        check_statements(_units(title, parts), self.report)
        return Module(
            id=form.id,
            title=form.title,
            theme=form.theme,
            version=form.version,
            change=form.change,
            audiences=tuple(form.audiences),
            public=form.public,
            minutes=form.minutes,
            goals=tuple(form.goals),
            summary=form.summary,
            reviewed=review_of(form),
            review_due=form.review_due,
            sources=self.sources,
            previous_ids=form.previous_ids,
            pass_mark=form.quiz.pass_mark,
            draw=form.quiz.draw,
            sections=sections,
            intro=intro,
            path=self.document.path,
        )

    def check_whole(self, sections: tuple[Section, ...]) -> None:
        if not sections:
            self.report.add(1, "M001")
        count = sum(len(s.questions) for s in sections)
        if sections and self.form.quiz.draw > count:
            line = self.document.front.line(("toets", "trekken"))
            self.report.add(line, "M014", draw=self.form.quiz.draw, count=count)
        check_previous(self.form.previous_ids, [s.id for s in sections], self.document, self.report)

    def section(self, group: list[Part]) -> Section:
        head = group[0].heading
        self.pen.new_page()
        if not any(part.blocks for part in group):
            self.report.add(head.line, "M017")
        blocks = [block for part in group for block in self.part(part, head.slug)]
        return Section(head.slug, head.title, tuple(blocks), self.pen.page_terms, head.line)

    def part(self, part: Part, section_id: str) -> Iterator[Block]:
        title = part.heading.title
        if part.heading.depth == 3 and title.startswith(QUESTION):
            yield from self.question(part, section_id)
        elif part.heading.depth == 3 and title.startswith(SIGNALS):
            yield from self.signals(part, section_id)
        else:
            heading = [part.node] if part.heading.depth == 3 else []
            yield from self.flow([*heading, *part.blocks], None)

    # ------------------------------------------------------------ running text

    def flow(self, nodes: list[Node], audience: str | None) -> Iterator[Block]:
        """Blocks of text; pictures and boxes stand apart, the rest is kept together."""
        text: list[Node] = []
        for node in nodes:
            apart = list(self.apart(node, audience))
            if apart or node.type == FENCE:
                yield from self.prose(text, audience)
                text = []
                yield from apart
            else:
                self.check_table(node)
                text.append(node)
        yield from self.prose(text, audience)

    def prose(self, nodes: list[Node], audience: str | None) -> Iterator[Block]:
        if nodes:
            yield Prose(self.pen.blocks(nodes, explain=True), audience)

    def apart(self, node: Node, audience: str | None) -> Iterator[Block]:
        image = image_of(node)
        if image:
            picture = self.picture(image, node.line)
            if picture:
                yield Figure(picture, audience)
        elif node.type == FENCE:
            yield from self.box(node)

    def picture(self, image: Token, line: int) -> Picture | None:
        name = str(image.attrGet("src"))
        return read_picture(self.folder, name, image.content, line, self.report)

    def box(self, node: Node) -> Iterator[Block]:
        name, _, rest = node.info.strip().partition(" ")
        if not self.closed(node):
            self.report.add(node.line, "M008", name=name)
            return
        for inner in node.children:
            if inner.type == FENCE:
                self.report.add(inner.line, "M009")
            elif inner.type == "heading":
                self.report.add(inner.line, "M011")
        if name == "doelgroep":
            check_audiences([rest.strip()], self.document, self.shelf, self.report, node.line)
            yield from self.flow([n for n in node.children if n.type != FENCE], rest.strip())
        elif name in {kind.value for kind in BoxKind}:
            since = self.since(rest, node.line) if name == BoxKind.NEW.value else None
            yield Box(BoxKind(name), self.pen.blocks(node.children, explain=True), None, since)
        else:
            self.report.add(node.line, "M007", name=name)

    def closed(self, node: Node) -> bool:
        closing = self.document.lines[node.end : node.end + 1]
        return bool(closing) and closing[0].strip().startswith(":::")

    def since(self, text: str, line: int) -> int | None:
        if text.strip().isdecimal() and 1 <= int(text) <= self.form.version:
            return int(text)
        self.report.add(line, "M010", version=self.form.version)
        return None

    def check_table(self, node: Node) -> None:
        if node.type == "table":
            columns = sum(token.type == "th_open" for token in node.tokens)
            if columns > 3:
                self.report.add(node.line, "M016", columns=columns)

    # ------------------------------------------------------------ questions

    def question(self, part: Part, section_id: str) -> Iterator[Block]:
        title = part.heading.title.removeprefix(QUESTION).strip()
        case, answers, after = _around_list(part.blocks)
        line = part.heading.line
        if answers is None:
            self.report.add(line, "M002")
            return
        self.only_quotes(after)
        is_order = answers.type == "ordered_list"
        given = tuple(self.answers(answers, is_order))
        self.check_answers(given, is_order, line)
        yield Question(
            id=slug(title),
            section_id=section_id,
            kind=_kind(given, is_order),
            title=title,
            case=self.pen.blocks(case, explain=True) if case else None,
            answers=given,
            feedback=self.pen.blocks(_inside_quotes(after)) if after else None,
            line=line,
        )

    def only_quotes(self, nodes: list[Node]) -> None:
        for node in nodes:
            if node.type != "blockquote":
                self.report.add(node.line, "M015")

    def answers(self, listing: Node, is_order: bool) -> Iterator[Answer]:
        for number, item in enumerate(listing.children, start=1):
            tokens, mark, feedback = self.item(item, needs_mark=not is_order)
            rich = self.pen.line_of_text(tokens, item.line)
            yield Answer(f"a{number}", rich, mark == "x", feedback)

    def item(self, item: Node, needs_mark: bool) -> tuple[list[Token], str | None, Rich | None]:
        first, rest = item.children[:1], item.children[1:]
        tokens = first[0].inline if first and first[0].type == "paragraph" else []
        mark = task_mark(tokens)
        if needs_mark and mark is None:
            self.report.add(item.line, "M005")
        self.only_quotes(rest)
        feedback = self.pen.blocks(_inside_quotes(rest)) if rest else None
        return (without_task_mark(tokens) if mark else list(tokens)), mark, feedback

    def check_answers(self, answers: tuple[Answer, ...], is_order: bool, line: int) -> None:
        least = 3 if is_order else 2
        if len(answers) < least:
            self.report.add(line, "M004", least=least, count=len(answers))
        elif not is_order and answers and not any(a.correct for a in answers):
            self.report.add(line, "M003")
        seen: set[str] = set()
        for answer in answers:
            if answer.rich.text in seen:
                self.report.add(line, "M006", text=answer.rich.text)
            seen.add(answer.rich.text)

    # ------------------------------------------------------------ signals

    def signals(self, part: Part, section_id: str) -> Iterator[Block]:
        title = part.heading.title.removeprefix(SIGNALS).strip()
        before, listing, after = _around_list(part.blocks)
        images = [(image, node.line) for node in before if (image := image_of(node))]
        text = [node for node in before if not image_of(node)]
        if listing is None or listing.type != "bullet_list" or not (text or images):
            self.report.add(part.heading.line, "M012")
            return
        self.only_quotes(after)
        picture = self.picture(*images[0]) if images else None
        yield Signals(
            id=slug(title),
            section_id=section_id,
            title=title,
            scene=self.pen.blocks(text, explain=True),
            picture=picture,
            items=tuple(self.signal_items(listing, picture)),
            line=part.heading.line,
        )

    def signal_items(self, listing: Node, picture: Picture | None) -> Iterator[SignalItem]:
        for number, item in enumerate(listing.children, start=1):
            tokens, mark, feedback = self.item(item, needs_mark=True)
            tokens, target = self.target(tokens, picture, item.line)
            rich = self.pen.line_of_text(tokens, item.line)
            yield SignalItem(f"s{number}", rich, mark == "x", feedback, target)

    def target(
        self, tokens: list[Token], picture: Picture | None, line: int
    ) -> tuple[list[Token], str | None]:
        """The text without its link into the picture, and the element that it is about."""
        links = [str(t.attrGet("href")) for t in tokens if t.type == "link_open"]
        if not links or ".svg" not in links[0]:
            return tokens, None
        name, _, element = links[0].partition("#")
        if picture and name == picture.name and element in picture.ids:
            kept = [t for t in tokens if t.type not in ("link_open", "link_close")]
            return kept, element
        if picture is None and self.report.failed:
            return [t for t in tokens if t.type not in ("link_open", "link_close")], None
        hint = (
            f"Kies uit: {', '.join(sorted(picture.ids))}."
            if picture
            else "Zet de afbeelding erboven."
        )
        self.report.add(line, "M013", target=links[0], hint=hint)
        return [t for t in tokens if t.type not in ("link_open", "link_close")], None


def _grouped(parts: list[Part]) -> Iterator[list[Part]]:
    """Each `##` with the `###` below it; what stands before the first is reported elsewhere."""
    group: list[Part] = []
    for part in parts:
        if part.heading.depth == 2 and group:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _around_list(nodes: list[Node]) -> tuple[list[Node], Node | None, list[Node]]:
    for at, node in enumerate(nodes):
        is_tasks = node.type == "bullet_list" and _has_mark(node)
        if is_tasks or (node.type == "ordered_list" and not _tasks_later(nodes[at + 1 :])):
            return nodes[:at], node, nodes[at + 1 :]
    first = next((i for i, node in enumerate(nodes) if node.type in _LISTS), len(nodes))
    return nodes[:first], next(iter(nodes[first:]), None), nodes[first + 1 :]


def _tasks_later(nodes: list[Node]) -> bool:
    return any(node.type == "bullet_list" and _has_mark(node) for node in nodes)


def _has_mark(listing: Node) -> bool:
    return any(task_mark(item.children[0].inline) for item in listing.children if item.children)


def _inside_quotes(nodes: list[Node]) -> list[Node]:
    return [inner for node in nodes for inner in (node.children or [node])]


def _kind(answers: tuple[Answer, ...], is_order: bool) -> QuestionKind:
    if is_order:
        return QuestionKind.ORDER
    several = sum(a.correct for a in answers) > 1
    return QuestionKind.SEVERAL if several else QuestionKind.ONE


def _units(title: Part, parts: list[Part]) -> Iterator[list[Node]]:
    """Stretches of text that belong together, so that one source serves all of it."""
    for part in (title, *parts):
        if part.heading.title.startswith((QUESTION, SIGNALS)):
            yield part.blocks
        else:
            for block in part.blocks:
                if block.type in _LISTS:
                    yield from ([item] for item in block.children)
                else:
                    yield [block]


def question_words(question: Question) -> str:
    """The whole text of a question, to compare it with another."""
    return " ".join([question.title, *(a.rich.text for a in question.answers)])
