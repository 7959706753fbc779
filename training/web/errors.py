"""Says in plain Dutch what went wrong, what was kept, and what to do; never a traceback."""

from __future__ import annotations

import logging
from typing import NamedTuple

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)


class Explanation(NamedTuple):
    """The words of one kind of error page."""

    title: str
    happened: str
    to_do: str


EXPLANATIONS = {
    400: Explanation(
        "Dit verzoek klopt niet",
        "Je pagina was te oud of niet compleet. Er is niets veranderd.",
        "Ga terug, ververs de pagina en probeer het opnieuw.",
    ),
    401: Explanation(
        "Je bent niet meer ingelogd",
        "Je sessie is voorbij. Wat je net invulde, is niet verstuurd.",
        "Log in en probeer het opnieuw. Met de knop Terug vind je vaak je tekst terug.",
    ),
    404: Explanation(
        "Deze pagina is er niet",
        "Het adres bestaat niet, of de pagina is niet voor jou.",
        "Controleer het adres, of ga naar je overzicht.",
    ),
    405: Explanation(
        "Dat kan hier niet",
        "Dit adres kun je zo niet openen. Er is niets veranderd.",
        "Ga terug en gebruik de knop op de pagina.",
    ),
    409: Explanation(
        "Iemand was je voor",
        "Dit is intussen al veranderd, misschien door jezelf in een ander venster.",
        "Ververs de pagina. Je ziet dan hoe het nu is.",
    ),
    413: Explanation(
        "Dit bestand is te groot",
        "We hebben het bestand niet gelezen en niets veranderd.",
        "Kies een kleiner bestand.",
    ),
    422: Explanation(
        "Er ontbreekt nog iets",
        "We konden dit niet verwerken. Er is niets veranderd.",
        "Ga terug en vul aan wat ontbreekt.",
    ),
    429: Explanation(
        "Even wachten",
        "Dit gebeurde te vaak in korte tijd: proberen in te loggen, of lijsten met namen bekijken.",
        "Wacht een kwartier en probeer het opnieuw. Heb je een hele lijst nodig? Maak een export.",
    ),
    500: Explanation(
        "Er ging iets mis bij ons",
        "Dit ligt niet aan jou. Wat al was opgeslagen, is bewaard.",
        "Probeer het nog eens. Blijft het misgaan? Bel de beheerder van je gemeente.",
    ),
    503: Explanation(
        "We zijn er zo weer",
        "De website is even niet bereikbaar. Wat al was opgeslagen, is bewaard.",
        "Probeer het over een paar minuten opnieuw.",
    ),
}


def install(app: Flask) -> None:
    """Answers every error of `app` with a page of this house."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(Exception, _unknown)


def page(code: int) -> ResponseReturnValue:
    """The error page for an HTTP status code."""
    explanation = EXPLANATIONS.get(code, EXPLANATIONS[400 if code < 500 else 500])
    return render_template("errors/error.html", code=code, explanation=explanation), code


def _known(problem: HTTPException) -> ResponseReturnValue:
    code = problem.code or 500
    if code < 400:
        return problem.get_response()
    return page(code)


def _unknown(problem: Exception) -> ResponseReturnValue:
    # The type and place only: a message of a driver can hold somebody's data.
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("unexpected %s at %s", type(problem).__name__, where)
    return page(500)
