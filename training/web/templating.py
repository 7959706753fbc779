"""Decides how templates find what all of them share: looked up in one place, not in a chain."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any

import jinja2
from flask import Flask
from flask.templating import Environment


class Templates(Environment):
    """The templates of this house: a name that nobody gave is an error, and no template brings
    globals of its own. Jinja compares the globals of two templates at each import of a macro; of a
    chain of mappings, as it makes by itself, that took a tenth of the time of a page."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template: those of all, unless it brings some."""
        return super().make_globals(d) if d else self.globals


def drawn_once(macro: Callable[..., str]) -> Callable[..., str]:
    """A macro that draws each picture or word only once: what it gives follows from what it is
    given, and there are few of those. A page has ten to fifty icons."""
    return lru_cache(maxsize=1024)(macro)


def addresses(app: Flask) -> Callable[..., str]:
    """`url_for` for the templates of `app`: the address of a view with these values is the same in
    every request, so it is worked out once. What Flask must know the request for (an anchor, a
    whole address, a view of "this" blueprint) is left to Flask."""

    @lru_cache(maxsize=4096)
    def known(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_map.bind("").build(endpoint, dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint.startswith(".") or any(name.startswith("_") for name in values):
            return app.url_for(endpoint, **values)
        try:
            return known(endpoint, tuple(values.items()))
        except TypeError:  # a list, for a name that comes several times
            return app.url_for(endpoint, **values)

    return url_for


def install(app: Flask, loader: jinja2.BaseLoader) -> None:
    """Gives `app` the templates of this loader."""
    app.jinja_environment = Templates
    app.jinja_options = {**app.jinja_options, "cache_size": -1}  # all: to look up is a dictionary
    app.jinja_loader = loader
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["drawn_once"] = drawn_once
    app.jinja_env.globals["url_for"] = addresses(app)


def compile_all(app: Flask) -> None:
    """Compiles every template (0.7 s for some two hundred), so that a server which loads the
    application before it makes its processes never does so while somebody waits: the first phone
    of a full room, or whoever comes first after a restart."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
