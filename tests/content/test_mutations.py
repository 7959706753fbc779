"""Whether the checker finds each way in which content can be broken, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.conftest import TODAY
from training.content.library import Folder, check_folder
from training.content.rules import RULES, Severity

DILEMMA = "dilemmas/het-dossier-van-de-buurman.md"
MODULE = "modules/integriteit/een-geschenk-aan-de-balie.md"
FACTS, TERMS, LOCAL = "feiten.yaml", "begrippen.yaml", "lokaal.yaml"
THEMES = "themas.yaml"
CALENDARS = "kalenders.yaml"
AUDIENCES, PROGRAMME, PICTURE = (
    "doelgroepen.yaml",
    "programma.yaml",
    "modules/integriteit/balie.svg",
)
MESSAGE = "berichten/een-bericht.md"

OVERLEG = "## Het overleg\n"
LONG = "Je vraagt of een collega het wil doen"
END = "Joris krijgt zijn vergunning, met dezelfde voorwaarden als ieder ander."
GUARDED = "[Je pakt de aanvraag zelf](#afloop-een-net-besluit)"
STUCK = (
    "## Het bezwaar\n\nEr komt bezwaar.\n\n"
    "- *Als gekeken:* [Je biecht het op](#afloop-het-blijft-liggen)\n\n"
)
LOOP = "## De gang\n\nJe wacht.\n\n- [Je wacht nog even](#de-gang)\n- [Je loopt een rondje](#de-gang)\n\n"
MEDIA = "media: {kamer.svg: {alt: Een kamer, licentie: CC0, bron: eigen werk}}\nfictief"
QUESTION = "- [x] Ja, vertel het vandaag nog\n\n  > Laat is beter dan nooit.\n"
HARD = "Ingevolge de regels wordt het besluit derhalve genomen. Reeds eerder werd dit besproken. "

# name, file, what is replaced (None: all of it), by what, the rule that must be found
BROKEN = [
    # ---------------------------------------------------------------- every file
    ("front matter missing", DILEMMA, "---\nsoort", "soort", "A002"),
    ("front matter unreadable", DILEMMA, "versie: 1\n", "versie: 1: 2\n", "A003"),
    ("key twice", DILEMMA, "versie: 1\n", "versie: 1\nversie: 1\n", "A003"),
    ("key missing", DILEMMA, "licentie: CC-BY-4.0\n", "", "A004"),
    ("source without title", DILEMMA, 'titel: "Awb, artikel 2:5", ', "", "A004"),
    ("key unknown", DILEMMA, "versie: 1\n", "versie: 1\nversies: 1\n", "A005"),
    ("version is text", DILEMMA, "versie: 1\n", "versie: een\n", "A006"),
    ("yes and no are not text", DILEMMA, "samenvatting: Een bekende vraagt", "samenvatting: no #", "A006"),
    ("one value", DILEMMA, ", openheid: Delen wat er speelt, dienstbaarheid: De inwoner helpen", "", "A006"),
    ("theme unknown", DILEMMA, "themas: [integriteit]", "themas: [integer]", "A006"),
    ("not fictional", DILEMMA, "fictief: true", "fictief: false", "A006"),
    ("quoted date", MODULE, "herzien-voor: 2027-05-01", 'herzien-voor: "2027-05-01"', "A006"),
    ("address without https", DILEMMA, "https://", "http://", "A006"),
    ("module in another theme's folder", MODULE, "thema: integriteit", "thema: drugshandel", "A007"),
    ("id is not the file name", DILEMMA, "id: het-dossier", "id: een-dossier", "A008"),
    ("two titles", DILEMMA, OVERLEG, "# Nog een titel\n\n" + OVERLEG, "A009"),
    ("no title", DILEMMA, "# Het dossier van de buurman\n", "", "A009"),
    ("two names for one module", MODULE, "# Een geschenk", "# Het geschenk", "A010"),
    ("heading twice", DILEMMA, OVERLEG, "## Het appje\n", "A011"),
    ("question twice", MODULE, "Vraag: Wat zeg je als eerste?", "Vraag: Waarom telt de afzender mee?", "A011"),
    ("heading too deep", MODULE, "### Vraag: Wat zeg", "#### Vraag: Wat zeg", "A012"),
    ("small heading in a scene", DILEMMA, END, "### Later\n\n" + END, "A012"),
    ("address behind a heading", DILEMMA, OVERLEG, "## Het overleg {#overleg}\n", "A013"),
    ("audience unknown", DILEMMA, "[vergunningverleners]", "[vergunningverlener]", "A014"),
    ("audience of a part unknown", MODULE, "::: doelgroep baliemedewerkers", "::: doelgroep balie", "A014"),
    ("insert unknown", MODULE, "{{ meldpunt }}", "{{ meldpnt }}", "A015"),
    ("fact unknown", MODULE, "{{ feit:meldlijn }}", "{{ feit:meldlijnen }}", "A016"),
    ("braces open", MODULE, "{{ vertrouwenspersoon }} als", "{{ vertrouwenspersoon } als", "A017"),
    ("source unknown", DILEMMA, "Bron: `awb-2-5`", "Bron: `awb-2-6`", "A018"),
    ("html", DILEMMA, END, "<b>Joris</b> is blij.", "A019"),
    ("link to another file", DILEMMA, END, "Lees [meer](andere.md).", "A020"),
    ("article without source", MODULE, "doet. Bron: `aw-8`.", "doet.", "A021"),
    ("article without source in a message", MESSAGE, "Twijfel je?", "Lees artikel 8.", "A021"),
    ("phone number", MODULE, "Praat met", "Bel 0800-1234 of praat met", "A022"),
    ("emergency number", MODULE, "Praat met", "Bel 112 of praat met", "A022"),
    ("amount", DILEMMA, END, "Joris betaalt € 250.", "A023"),
    ("amount in words and figures", DILEMMA, END, "Joris betaalt 250 euro.", "A023"),
    ("picture missing", MODULE, "(balie.svg)\n", "(kantoor.svg)\n", "A024"),
    ("picture from elsewhere", MODULE, "(balie.svg)\n", "(https://example.org/a.svg)\n", "A024"),
    ("picture without text", MODULE, "![Een balie met links een tas en in het midden een envelop.]", "![]", "A024"),
    ("picture not among the media", DILEMMA, END, "![Een kamer](kamer.svg)", "A024"),
    ("medium not there", DILEMMA, "fictief", MEDIA, "A024"),
    ("picture between words", MODULE, "Praat met", "Kijk ![zo](balie.svg) en praat met", "A024"),
    ("picture with script", PICTURE, "<title>Een balie</title>", "<script>a()</script>", "A025"),
    ("picture that listens", PICTURE, '<g id="tas">', '<g id="tas" onclick="a()">', "A025"),
    ("picture with style", PICTURE, '<g id="tas">', '<g id="tas" style="fill:red">', "A025"),
    ("picture that loads", PICTURE, "url(#licht)", "url(https://example.org/a)", "A025"),
    ("old heading leads nowhere", MODULE, "oude-kop: het-pakje", "oude-kop: het-pak", "A028"),
    ("review is old", MODULE, "herzien-voor:", "nagekeken: {door: Griet, op: 2025-01-01}\nherzien-voor:", "A029"),
    ("review is due", MODULE, "herzien-voor: 2027-05-01", "herzien-voor: 2026-11-23", "A030"),
    ("indented by four", DILEMMA, END, "    " + END, "A034"),
    ("long sentence", DILEMMA, END, "Joris " + "loopt en " * 10 + "zit.", "T001"),
    ("officialese", DILEMMA, END, HARD * 6, "T002"),
    # ---------------------------------------------------------------- modules
    ("question without a list", MODULE, "## De regels", "### Vraag: En nu?\n\nDenk na.\n\n## De regels", "M002"),
    ("nothing is right", MODULE, QUESTION, QUESTION.replace("[x]", "[ ]"), "M003"),
    ("one answer", MODULE, QUESTION, "", "M004"),
    ("an order of two", MODULE, "3. Je noteert de afspraak\n", "", "M004"),
    ("answer without mark", MODULE, "- [ ] Bij de afdeling", "- Bij de afdeling", "M005"),
    ("equal answers", MODULE, "Nee, nu is het te laat", "Ja, vertel het vandaag nog", "M006"),
    ("box unknown", MODULE, "::: onthoud", "::: onthouden", "M007"),
    ("new since when", MODULE, "::: nieuw 2", "::: nieuw", "M010"),
    ("new in the future", MODULE, "::: nieuw 2", "::: nieuw 3", "M010"),
    ("heading in a box", MODULE, "Bedank, en zeg", "### Kop\n\nBedank, en zeg", "M011"),
    ("exercise without a list", MODULE, "### Vraag: Wat zeg", "### Signalen: De gang\n\nLeeg.\n\n### Vraag: Wat zeg", "M012"),
    ("element not in the picture", MODULE, "balie.svg#tas", "balie.svg#tasje", "M013"),
    ("draws too many", MODULE, "trekken: 6", "trekken: 60", "M014"),
    ("text after the answers", MODULE, "## De regels", "Nog iets.\n\n## De regels", "M015"),
    ("wide table", MODULE, "| Wat | Mag het? |\n|-----|:--------:|", "|a|b|c|d|\n|-|-|-|-|", "M016"),
    ("empty section", MODULE, "## Erover praten", "## Leeg\n\n## Erover praten", "M017"),
    ("too few questions", MODULE, "### Vraag: Wat schrijf je", "### Wat schrijf je", "M101"),
    ("answer without feedback", MODULE, "\n  > Die is partij.\n", "", "M102"),
    ("too few minutes", MODULE, "minuten: 10", "minuten: 5", "M104"),
    ("question asked twice", MODULE, "## Erover praten", """### Vraag: Wie geeft toestemming voor een cadeau?

- [x] Je werkgever

  > Ja.
- [ ] De inwoner zelf

  > Nee.
- [ ] Je naaste collega

  > Nee.

## Erover praten""", "M107"),
    ("everything is a signal", MODULE, "- [x] [De envelop]", "- [ ] [De envelop]", "M108"),
    # ---------------------------------------------------------------- dilemmas
    ("choice to nowhere", DILEMMA, "klantcontactcentrum](#het-overleg)", "klantcontactcentrum](#het-overlegje)", "D001"),
    ("question about nowhere", DILEMMA, "[Het appje](#het-appje): Wie", "[Het appje](#appje): Wie", "D001"),
    ("choice out of the file", DILEMMA, "klantcontactcentrum](#het-overleg)", "klantcontactcentrum](x.md)", "D002"),
    ("item that is nothing", DILEMMA, GUARDED, "Je pakt [de aanvraag](#afloop-een-net-besluit) zelf", "D003"),
    ("plain item", DILEMMA, "- *Als gekeken:* Je weet al", "- Je weet al", "D003"),
    ("scene without choices", DILEMMA, OVERLEG, "## De gang\n\nLeeg.\n\n" + OVERLEG, "D004"),
    ("ending with a choice", DILEMMA, END, "- [Opnieuw](#het-appje)", "D005"),
    ("scene out of reach", DILEMMA, "## Afloop: Een", "## Afloop: Weg\n\nWeg.\n\n## Afloop: Een", "D006"),
    ("choice that is never there", DILEMMA, "*Als gedeeld:*", "*Als gedeeld en niet gedeeld:*", "D007"),
    ("condition unreadable", DILEMMA, "*Als niet gekeken:*", "*Als niet en gekeken:*", "D010"),
    ("condition names no flag", DILEMMA, "*Als gedeeld:*", "*Als gedeelt:*", "D011"),
    ("condition names no value", DILEMMA, "*Als gedeeld:*", "*Als eerlijkheid > 1:*", "D011"),
    ("condition names no scene", DILEMMA, "*Als gedeeld:*", "*Als bezocht(het-feest):*", "D011"),
    ("directive unknown", DILEMMA, "  - zet: gedeeld", "  - set: gedeeld", "D012"),
    ("directive without colon", DILEMMA, "  - zet: gedeeld", "  - zet gedeeld", "D012"),
    ("sets no flag", DILEMMA, "  - zet: gedeeld", "  - zet: gemeld", "D013"),
    ("counts no value", DILEMMA, "telt: openheid -1", "telt: eerlijkheid -1", "D013"),
    ("counts without sign", DILEMMA, "telt: openheid -1", "telt: openheid 1", "D013"),
    ("speaker unknown", DILEMMA, "> **Noor:**", "> **Noortje:**", "D014"),
    ("advice of a stranger", DILEMMA, "- *Als gekeken:* Je weet al", "- *Vraag raad aan Kim:* Je weet al", "D014"),
    ("colour unknown", DILEMMA, "grens: rood", "grens: oranje", "D015"),
    ("red without a limit", DILEMMA, "rood [Vertrouwelijke gegevens](#vertrouwelijke-gegevens)", "rood", "D016"),
    ("red to no limit", DILEMMA, "(#vertrouwelijke-gegevens)", "(#geheimen)", "D016"),
    ("limit without source", DILEMMA, " Bron: `awb-2-5`.", "", "D017"),
    ("debrief missing", DILEMMA, "## Nabespreking\n", "", "D019"),
    ("discussion empty", DILEMMA, "## Gespreksvragen\n", "## Gespreksvragen\n\n## Bronnen\n", "D020"),
    ("vote nowhere", DILEMMA, "stemmen: [het-appje", "stemmen: [het-feest", "D021"),
    ("vote at an ending", DILEMMA, "stemmen: [het-appje", "stemmen: [afloop-een-net-besluit, het-appje", "D021"),
    ("second round without first", DILEMMA, "stemmen: [het-appje, het-overleg]", "stemmen: [het-overleg]", "D021"),
    ("start nowhere", DILEMMA, "fictief", "start: het-feest\nfictief", "D022"),
    ("start at an ending", DILEMMA, "fictief", "start: afloop-een-net-besluit\nfictief", "D022"),
    ("box in a dilemma", DILEMMA, END, "::: wet\nJa.\n:::\n\n" + END, "D025"),
    ("loose text at the questions", DILEMMA, "- [Het appje](#het-appje): Wie", "Praat.\n\n- [Het appje](#het-appje): Wie", "D025"),
    ("nothing to choose", DILEMMA, "onpartijdigheid +2, dienstbaarheid -1", "onpartijdigheid +2, dienstbaarheid +1", "D101"),
    ("value that never moves", DILEMMA, "dienstbaarheid: De inwoner helpen", "dienstbaarheid: De inwoner helpen, moed: Durven", "D102"),
    ("flag never set", DILEMMA, "vlaggen: {", "vlaggen: {gebeld: Je belde Joris, ", "D103"),
    ("flag never read", DILEMMA, "*Als gedeeld:* ", "", "D103"),
    ("one choice far longer", DILEMMA, LONG, LONG + ", ook als die er zelf helemaal geen zin in heeft vandaag en morgen ook niet", "D105"),
    ("too few minutes for the path", DILEMMA, "minuten: {solo: 8", "minuten: {solo: 1", "D107"),
    ("text that is never there", DILEMMA, "*Als gekeken:* Je weet", "*Als openheid > 9:* Je weet", "D108"),
    # ---------------------------------------------------------------- shared files
    ("facts unreadable", FACTS, "meldlijn:", "meldlijn: [", "G001"),
    ("fact twice", FACTS, "geschenk:", "meldlijn:", "G001"),
    ("terms are no list of names", TERMS, None, "- geschenk\n", "G001"),
    ("fact without source", FACTS, '  bron: "https://example.org/meldlijn"\n', "", "G002"),
    ("fact neither checked nor not", FACTS, "controle: geverifieerd", "controle: misschien", "G002"),
    ("term without explanation", TERMS, '"Iets wat je krijgt door je werk."', "", "G002"),
    ("insert without general text", LOCAL, '  algemeen: "de vertrouwenspersoon van je gemeente"\n', "", "G002"),
    ("theme without its text", THEMES, "ondermijning:", "onderwijs:", "G002"),
    ("theme without signs", THEMES, '    - "Veel geld, en niemand weet waarvan."\n    - "Mensen die bang zijn om iets te zeggen."\n    - "Een buur, klant of ondernemer die steeds een gunst vraagt."\n', "", "G002"),
    ("audience without name", AUDIENCES, 'naam: "Raadsleden", ', "", "G002"),
    ("fact is due", FACTS, "2027-05-01", "2026-05-01", "G003"),
    ("programme names no module", PROGRAMME, "een-geschenk-aan-de-balie", "een-geschenk", "G005"),
    ("programme names no message", PROGRAMME, "een-bericht\n", "twee-berichten\n", "G005"),
    ("programme names no audience", PROGRAMME, "voor: [baliemedewerkers]", "voor: [balie]", "G005"),
    ("calendar without source", CALENDARS, '  bron: "https://example.org/vakanties"\n', "", "G002"),
    ("quiet time ends before it begins", CALENDARS, "tot: 2026-10-25", "tot: 2026-10-16", "G002"),
    ("region unknown", CALENDARS, "regio: [midden]", "regio: [oost]", "G002"),
    ("calendar runs out", CALENDARS, "van: 2028-07-08, tot: 2028-08-20", "van: 2026-07-08, tot: 2026-08-20", "G006"),
]  # fmt: skip


def broken(content: Path, file: str, old: str | None, new: str) -> Folder:
    path = content / file
    text = path.read_text(encoding="utf-8")
    if old is None:
        changed = new or text[: text.index("\n## ")] + "\n"
    else:
        assert old in text, f"the fixture has no {old!r}"
        changed = text.replace(old, new, 1)
    path.write_text(changed, encoding="utf-8")
    return check_folder(content, TODAY)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_mistake_is_found_by_its_own_rule(
    content: Path, file: str, old: str | None, new: str, code: str
) -> None:
    found = broken(content, file, old, new).problems
    assert code in {problem.code for problem in found}
    errors = {problem.code for problem in found if problem.is_error}
    assert errors <= {code}, "one mistake gives one message"


def test_the_fixture_breaks_no_rule(sound: Folder) -> None:
    assert sound.problems == []
    assert len(sound.files) == 3


def test_every_way_of_breaking_has_a_rule_with_a_place_in_the_file(content: Path) -> None:
    found = broken(content, DILEMMA, "*Als gedeeld:*", "*Als gedeelt:*").problems
    line = 1 + (content / DILEMMA).read_text(encoding="utf-8")[:].split("\n").index(
        "- *Als gedeelt:* [Je vraagt of een collega het wil doen](#afloop-een-net-besluit)"
    )
    assert [str(problem) for problem in found] == [
        f"content/{DILEMMA}:{line}: D011 fout: De voorwaarde noemt ‘gedeelt’, en dat is geen bekende "
        "vlag. Bedoel je ‘gedeeld’?"
    ]


def test_more_than_thirty_ways_to_break_the_worked_example() -> None:
    assert len({row[2] for row in BROKEN if row[1] == DILEMMA}) >= 30


TWICE = [  # one mistake that the checker cannot tell from two
    ("no sections", MODULE, None, "", {"M001", "A028"}),
    ("box not closed", MODULE, "Bron: `aw-8`.\n:::\n", "Bron: `aw-8`.\n", {"M008", "M014"}),
    ("box in a box", MODULE, "Bedank, en zeg", "::: wet\nJa.\n:::\n\nBedank, en zeg", {"M009", "M007"}),
    ("meeting without name", PROGRAMME, '    naam: "Vast punt in het werkoverleg"\n', "", {"G002", "G005"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "codes"), [row[1:] for row in TWICE], ids=[row[0] for row in TWICE]
)
def test_some_mistakes_break_two_rules(
    content: Path, file: str, old: str | None, new: str, codes: set[str]
) -> None:
    found = broken(content, file, old, new).problems
    assert {problem.code for problem in found if problem.is_error} == codes


@pytest.mark.parametrize(("scene", "code"), [(STUCK, "D008"), (LOOP, "D009")])
def test_a_scene_that_leads_nowhere_is_found_with_the_path(
    content: Path, scene: str, code: str
) -> None:
    target = "#" + scene.split("\n")[0].removeprefix("## ").lower().replace(" ", "-")
    path = content / DILEMMA
    text = path.read_text(encoding="utf-8").replace(OVERLEG, scene + OVERLEG)
    first = "[Je verwijst Joris naar het klantcontactcentrum](#het-overleg)"
    assert first in text
    path.write_text(text.replace(first, first.replace("#het-overleg", target)), encoding="utf-8")
    found = [p for p in check_folder(content, TODAY).problems if p.is_error]
    told = [problem.message for problem in found if problem.code == code]
    assert told
    assert "Het appje" in told[0], "the path that leads there is told"


def test_a_module_without_an_exercise_gets_a_warning(content: Path) -> None:
    path = content / MODULE
    text = path.read_text(encoding="utf-8")
    start = text.index("### Signalen:")
    end = min(i for i in (text.find("\n## ", start), text.find("\n### ", start)) if i > 0)
    path.write_text(text[:start] + text[end + 1 :], encoding="utf-8")
    assert "M103" in {problem.code for problem in check_folder(content, TODAY).problems}


ELSEWHERE = {  # rules that one replacement cannot break
    "A001", "A026", "A027", "A031", "A032", "D018", "D023", "D024", "D104", "D106", "G004",
    "M105", "M106",
}  # fmt: skip


def test_every_rule_is_broken_by_a_test() -> None:
    here = {"D008", "D009", "M103"}.union(*(row[4] for row in TWICE))
    assert {row[4] for row in BROKEN} | here | ELSEWHERE == set(RULES)


def test_warnings_leave_a_file_in_use(content: Path) -> None:
    folder = broken(content, DILEMMA, "vlaggen: {", "vlaggen: {gebeld: Je belde Joris, ")
    assert {problem.severity for problem in folder.problems} == {Severity.WARNING}
    assert "het-dossier-van-de-buurman" in folder.library.dilemmas
