"""The ceiling: a bare Flask application with one SELECT and one template, or one INSERT.

It does nothing that we do for safety or comfort: no session, no visitor, no headers. It uses the
same database through the same engine, and is served by the same command.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from flask import Flask, render_template
from jinja2 import DictLoader

from training.db import Database
from training.people.models import Unit
from training.settings import read

PAGE = """<!doctype html>
<html lang="nl">
<head><meta charset="utf-8"><title>Onderdelen</title></head>
<body>
<h1>Onderdelen</h1>
<ul>
{% for unit in units %}
<li>{{ unit.name }}: {{ unit.kind.value }}</li>
{% endfor %}
</ul>
</body>
</html>
"""
ANSWERS = sa.table(
    "bench_answer",
    sa.column("id", sa.Uuid()),
    sa.column("question", sa.String()),
    sa.column("given", sa.String()),
)
MAKE_ANSWERS = "CREATE TABLE bench_answer (id {uuid} PRIMARY KEY, question text, given text)"

app = Flask(__name__)
app.jinja_loader = DictLoader({"page.html": PAGE})
database = Database(read().database_url)


@app.get("/page")
def show_page() -> str:
    """Twenty units by name, in a list."""
    with database.reading() as db:
        query = sa.select(Unit.name, Unit.kind).order_by(Unit.name, Unit.id).limit(20)
        return render_template("page.html", units=db.execute(query).all())


@app.post("/insert")
def insert_answer() -> tuple[str, int]:
    """One row, committed."""
    with database.transaction() as db:
        values = {"id": uuid.uuid4(), "question": "vraag", "given": "antwoord"}
        db.execute(sa.insert(ANSWERS).values(values))
    return "", 204
