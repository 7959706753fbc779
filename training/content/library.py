"""Provisional: reads content into a Library."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from training.content.classes import Audience, Dilemma, Fact, Library, LocalInsert, Module, Term
from training.content.dilemmas import build_dilemma
from training.content.forms import AudienceForm, DilemmaForm, FactForm, InsertForm, ModuleForm
from training.content.front_matter import fill, read_yaml
from training.content.markdown import read_document, slug
from training.content.modules import build_module
from training.content.rich import Shelf, term_pattern
from training.content.rules import Problem, Report


@dataclass
class Loaded:
    library: Library
    errors: list[Problem]


def load(content_dir: Path, data_dir: Path, today: dt.date) -> Loaded:
    import yaml

    def raw(name):
        return yaml.safe_load((content_dir / name).read_text()) or {}

    aud = {k: Audience(k, v["naam"], v.get("uitleg", "")) for k, v in raw("doelgroepen.yaml").items()}
    ins = {k: LocalInsert(k, v["label"], v["algemeen"]) for k, v in raw("lokaal.yaml").items()}
    facts = {k: Fact(k, str(v["waarde"]), v["omschrijving"], v["bron"], v["controle"] == "geverifieerd", v["herzien-voor"]) for k, v in raw("feiten.yaml").items()}
    terms = {slug(k): Term(slug(k), k, v) for k, v in raw("begrippen.yaml").items()}
    shelf = Shelf(frozenset(aud), facts, terms, ins, term_pattern(terms))
    problems: list[Problem] = []
    modules: dict[str, Module] = {}
    dilemmas: dict[str, Dilemma] = {}
    for kind, form_class, build, out in (("modules/*", ModuleForm, build_module, modules), ("dilemmas", DilemmaForm, build_dilemma, dilemmas)):
        for path in sorted(content_dir.glob(f"{kind}/*.md")):
            report = Report(str(path.relative_to(content_dir.parent)))
            document = read_document(report.path, path.read_text(), report)
            form = fill(form_class, document.front, report) if document else None
            if form is not None:
                try:
                    made = build(document, form, path.parent, shelf, report)
                    if not report.failed:
                        out[made.id] = made
                except Exception as e:
                    print("BUILD", path, repr(e))
            problems += report.problems
    return Loaded(Library(modules=modules, dilemmas=dilemmas, audiences=aud, facts=facts, terms=terms, inserts=ins), [p for p in problems if p.is_error])
