"""The numbered rules of content: what each forbids, how grave that is, and in which stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    ERROR = "fout"
    WARNING = "let op"


class Stage(Enum):
    """Stages run in this order; a file with an error in one is not taken to the next."""

    READ = "lezen"
    STRUCTURE = "opbouw"
    REACH = "bereik"


@dataclass(frozen=True, slots=True)
class Rule:
    """`message` is what an author reads: what is wrong, and what to do."""

    code: str
    severity: Severity
    stage: Stage
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where content breaks a rule."""

    path: str
    line: int
    code: str
    message: str

    @property
    def severity(self) -> Severity:
        return RULES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.severity.value}: {self.message}"


class Report:
    """Collects the problems of one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(self, line: int, code: str, **details: object) -> None:
        """Note a broken rule at a line (from 1); the details fill the message of the rule."""
        problem = Problem(self.path, line, code, RULES[code].message.format(**details))
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def failed(self) -> bool:
        """Whether there is an error, so that the next stage makes no sense."""
        return any(problem.is_error for problem in self.problems)


_E, _W = Severity.ERROR, Severity.WARNING
_READ, _BUILD, _REACH = Stage.READ, Stage.STRUCTURE, Stage.REACH

_ALL = (
    # ------------------------------------------------------------ every file
    Rule(
        "A001", _E, _READ, "Het bestand is niet te lezen als tekst ({why}). Sla het op als UTF-8."
    ),
    Rule(
        "A002",
        _E,
        _READ,
        "De gegevens bovenaan ontbreken. Begin het bestand met een regel ‘---’, dan de gegevens, "
        "dan weer een regel ‘---’.",
    ),
    Rule(
        "A003",
        _E,
        _READ,
        "De gegevens bovenaan zijn niet te lezen: {why}. Kijk naar dubbele punten, haakjes en "
        "inspringen; zet tekst met een dubbele punt tussen aanhalingstekens.",
    ),
    Rule("A004", _E, _READ, "‘{key}’ ontbreekt in de gegevens bovenaan. Vul het aan."),
    Rule(
        "A005", _E, _READ, "‘{key}’ is hier geen bekende naam.{hint} Haal het weg of verbeter het."
    ),
    Rule("A006", _E, _READ, "‘{key}’ is niet goed ingevuld: {why}."),
    Rule("A007", _E, _READ, "Dit bestand hoort in {where}. Verplaats het, of verbeter ‘{key}’."),
    Rule("A008", _E, _READ, "‘id’ is ‘{id}’, maar het bestand heet ‘{stem}’. Maak ze gelijk."),
    Rule("A009", _E, _READ, "Er hoort precies één titel (‘# …’) te zijn, en er zijn er {count}."),
    Rule(
        "A010",
        _E,
        _READ,
        "De titel is ‘{heading}’, maar bij ‘titel’ staat ‘{title}’. Maak ze gelijk.",
    ),
    Rule(
        "A011",
        _E,
        _READ,
        "De kop ‘{title}’ staat ook op regel {first}. Geef een van de twee een andere naam.",
    ),
    Rule("A012", _E, _READ, "Een kop met ‘{level}’ mag hier niet. {allowed}"),
    Rule(
        "A013",
        _E,
        _READ,
        "Achter een kop hoort geen ‘{{#…}}’. Haal het weg: de naam van de kop is zelf het adres.",
    ),
    Rule(
        "A014",
        _E,
        _BUILD,
        "De doelgroep ‘{name}’ bestaat niet.{hint} Zie content/doelgroepen.yaml.",
    ),
    Rule(
        "A015",
        _E,
        _BUILD,
        "‘{{{{ {name} }}}}’ is geen bekende invulplek.{hint} Zie content/lokaal.yaml.",
    ),
    Rule(
        "A016",
        _E,
        _BUILD,
        "Het feit ‘{name}’ bestaat niet.{hint} Voeg het toe aan content/feiten.yaml of "
        "verbeter de naam.",
    ),
    Rule(
        "A017",
        _E,
        _BUILD,
        "Hier staan accolades die niets betekenen. Schrijf ‘{{{{ naam }}}}’ of ‘{{{{ "
        "feit:naam }}}}’.",
    ),
    Rule(
        "A018",
        _E,
        _BUILD,
        "‘{name}’ staat niet bij ‘bronnen’.{hint} Tussen `accenten` staat altijd de naam "
        "van een bron.",
    ),
    Rule("A019", _E, _BUILD, "HTML werkt hier niet: ‘{found}’. Schrijf het met gewone Markdown."),
    Rule(
        "A020",
        _E,
        _BUILD,
        "De link naar ‘{target}’ kan hier niet. Gebruik een volledig adres met https://, "
        "of haal hem weg.",
    ),
    Rule(
        "A021",
        _E,
        _BUILD,
        "Hier staat een wetsartikel (‘{found}’) zonder bron. Zet in dezelfde alinea de naam van de "
        "bron tussen `accenten`, zoals: Bron: `awb-2-5`.",
    ),
    Rule(
        "A022",
        _E,
        _BUILD,
        "Hier staat een telefoonnummer (‘{found}’). Zet het in content/feiten.yaml en schrijf "
        "‘{{{{ feit:naam }}}}’.",
    ),
    Rule(
        "A023",
        _E,
        _BUILD,
        "Hier staat een bedrag (‘{found}’). Zet het in content/feiten.yaml en schrijf "
        "‘{{{{ feit:naam }}}}’; een verzonnen bedrag schrijf je in letters.",
    ),
    Rule("A024", _E, _BUILD, "De afbeelding ‘{name}’ kan niet: {why}."),
    Rule("A025", _E, _BUILD, "In de afbeelding ‘{name}’ mag {found} niet staan. Haal het eruit."),
    Rule(
        "A026",
        _E,
        _BUILD,
        "De opbouw is anders dan die van versie {version}, die al is uitgebracht. "
        "Verhoog ‘versie’.",
    ),
    Rule(
        "A027",
        _E,
        _BUILD,
        "De kop ‘{slug}’ uit versie {version} is weg. Zet bij ‘vorige-ids’ waar hij gebleven is: "
        "‘{slug}: nieuwe-kop’.",
    ),
    Rule("A028", _E, _BUILD, "‘vorige-ids’ verwijst naar ‘{slug}’, en die kop bestaat niet.{hint}"),
    Rule(
        "A029",
        _W,
        _REACH,
        "Dit is voor het laatst nagekeken op {on}, meer dan twaalf maanden geleden.",
    ),
    Rule(
        "A030",
        _W,
        _REACH,
        "Dit moest zijn nagekeken vóór {on}. Kijk het na en zet een nieuwe datum.",
    ),
    Rule("A031", _E, _BUILD, "Het id ‘{id}’ is al in gebruik in {other}. Kies een ander."),
    Rule(
        "A032",
        _E,
        _BUILD,
        "Versie {version} is lager dan versie {released}, die al is uitgebracht.",
    ),
    Rule(
        "A034",
        _E,
        _BUILD,
        "Hier staat een codeblok, en dat bestaat hier niet. Haal de vier spaties of de ``` weg.",
    ),
    # ------------------------------------------------------------ language
    Rule(
        "T001",
        _W,
        _REACH,
        "Deze zin heeft {words} woorden (hoogstens 20): ‘{start} …’. Knip hem op.",
    ),
    Rule("T002", _W, _REACH, "De tekst is moeilijker dan B1: {why}."),
    # ------------------------------------------------------------ modules
    Rule("M001", _E, _BUILD, "De module heeft geen onderdelen. Maak er met koppen ‘## …’."),
    Rule(
        "M002",
        _E,
        _BUILD,
        "Deze vraag heeft geen antwoorden. Zet eronder een lijst met ‘- [x]’ en ‘- [ ]’, of een "
        "genummerde lijst in de goede volgorde.",
    ),
    Rule("M003", _E, _BUILD, "Geen enkel antwoord is goed. Zet ‘[x]’ voor wat goed is."),
    Rule("M004", _E, _BUILD, "Hier zijn minstens {least} antwoorden nodig; er zijn er {count}."),
    Rule("M005", _E, _BUILD, "Dit punt begint niet met ‘[x]’ of ‘[ ]’. Zet dat ervoor."),
    Rule("M006", _E, _BUILD, "Twee antwoorden zijn gelijk: ‘{text}’. Verander er een."),
    Rule(
        "M007", _E, _BUILD, "‘::: {name}’ bestaat niet. Kies uit: doelgroep, onthoud, wet, nieuw."
    ),
    Rule(
        "M008",
        _E,
        _BUILD,
        "Het blok ‘::: {name}’ wordt niet gesloten. Zet er een regel ‘:::’ onder.",
    ),
    Rule(
        "M009", _E, _BUILD, "Een blok ‘:::’ kan niet in een ander blok staan. Zet ze onder elkaar."
    ),
    Rule(
        "M010",
        _E,
        _BUILD,
        "Achter ‘::: nieuw’ hoort de versie, van 1 tot en met {version}, zoals ‘::: "
        "nieuw {version}’.",
    ),
    Rule(
        "M011",
        _E,
        _BUILD,
        "Een kop, vraag of oefening kan niet in een blok ‘:::’. Zet die erbuiten.",
    ),
    Rule(
        "M012",
        _E,
        _BUILD,
        "Onder deze oefening hoort een beschrijving en een lijst met ‘[x]’ en ‘[ ]’.",
    ),
    Rule("M013", _E, _BUILD, "‘{target}’ wijst naar niets in de afbeelding. {hint}"),
    Rule(
        "M014",
        _E,
        _BUILD,
        "De toets trekt {draw} vragen, maar er zijn er {count}. Verlaag ‘trekken’.",
    ),
    Rule(
        "M015",
        _E,
        _BUILD,
        "Na de antwoorden hoort alleen uitleg (‘> …’). Zet andere tekst boven de vraag.",
    ),
    Rule(
        "M016",
        _E,
        _BUILD,
        "Deze tabel heeft {columns} kolommen; op een telefoon passen er hoogstens drie.",
    ),
    Rule("M017", _E, _BUILD, "Deze kop heeft geen tekst eronder. Schrijf die, of haal de kop weg."),
    Rule(
        "M101", _W, _REACH, "De module heeft {count} vragen; er horen er minstens twaalf te zijn."
    ),
    Rule("M102", _W, _REACH, "Dit antwoord heeft geen uitleg. Zet er een regel ‘> …’ onder."),
    Rule("M103", _W, _REACH, "De module heeft geen oefening ‘### Signalen: …’."),
    Rule(
        "M104",
        _W,
        _REACH,
        "De module vraagt ongeveer {needed} minuten, maar bij ‘minuten’ staat {minutes}.",
    ),
    Rule(
        "M105",
        _W,
        _REACH,
        "In {count} van de {total} vragen is het langste antwoord het goede. Wissel af.",
    ),
    Rule(
        "M106",
        _W,
        _REACH,
        "In {count} van de {total} vragen staat het goede antwoord op plek {place}. Wissel af.",
    ),
    Rule(
        "M107",
        _W,
        _REACH,
        "Deze vraag lijkt te veel op de vraag op regel {other}. Vraag iets anders.",
    ),
    Rule("M108", _W, _REACH, "Alle punten zijn een signaal, of geen enkel. Zet er ook andere bij."),
    # ------------------------------------------------------------ dilemmas
    Rule("D001", _E, _BUILD, "De keuze wijst naar ‘#{target}’, maar die scène bestaat niet.{hint}"),
    Rule(
        "D002",
        _E,
        _BUILD,
        "De keuze wijst naar ‘{target}’, buiten dit bestand. Wijs naar een kop: (#kop).",
    ),
    Rule(
        "D003",
        _E,
        _BUILD,
        "Dit punt is geen keuze, geen tekst met een voorwaarde en geen raad. Schrijf "
        "‘- [tekst](#scène)’, ‘- *Als voorwaarde:* tekst’ of ‘- *Vraag raad aan Naam:* tekst’.",
    ),
    Rule(
        "D004",
        _E,
        _BUILD,
        "De scène ‘{title}’ heeft geen keuzes. Voeg ze toe, of noem de kop ‘Afloop: {title}’.",
    ),
    Rule(
        "D005",
        _E,
        _BUILD,
        "Een afloop heeft geen keuzes. Haal de keuze weg, of haal ‘Afloop:’ uit de kop.",
    ),
    Rule(
        "D006", _E, _REACH, "De scène ‘{title}’ wordt nooit bereikt. Laat een keuze ernaar wijzen."
    ),
    Rule("D007", _E, _REACH, "Deze keuze is er nooit: ‘{condition}’ kan hier niet waar zijn."),
    Rule(
        "D008",
        _E,
        _REACH,
        "Het verhaal loopt vast na: {path}. Geen keuze is daar mogelijk. Voeg een keuze zonder "
        "voorwaarde toe.",
    ),
    Rule(
        "D009",
        _E,
        _REACH,
        "Er is geen weg meer naar een afloop na: {path}. Laat een keuze naar een afloop leiden.",
    ),
    Rule("D010", _E, _BUILD, "De voorwaarde ‘{text}’ is niet te lezen: {why}."),
    Rule("D011", _E, _BUILD, "De voorwaarde noemt ‘{name}’, en dat is geen bekende {kind}.{hint}"),
    Rule("D012", _E, _BUILD, "‘{text}’ is geen bekende aanwijzing. Kies uit: zet, telt, grens."),
    Rule("D013", _E, _BUILD, "De aanwijzing ‘{text}’ klopt niet: {why}."),
    Rule("D014", _E, _BUILD, "‘{name}’ staat niet bij ‘personen’.{hint} Voeg de persoon toe."),
    Rule(
        "D015", _E, _BUILD, "‘{colour}’ is geen kleur van een grens. Kies uit: groen, grijs, rood."
    ),
    Rule(
        "D016",
        _E,
        _BUILD,
        "De grens wijst niet naar een kop onder ‘Juridische grenzen’.{hint} Schrijf "
        "‘grens: {colour} [Kop](#kop)’ en maak daar ‘### Kop’.",
    ),
    Rule(
        "D017",
        _E,
        _BUILD,
        "De grens ‘{title}’ noemt geen bron. Sluit af met: Bron: `naam-van-de-bron`.",
    ),
    Rule("D018", _E, _BUILD, "Alle keuzes in ‘{title}’ zijn rood. Geef ook een keuze die mag."),
    Rule(
        "D019",
        _E,
        _BUILD,
        "De kop ‘## Nabespreking’ ontbreekt of is leeg. Schrijf een nabespreking.",
    ),
    Rule(
        "D020",
        _E,
        _BUILD,
        "De kop ‘## Gespreksvragen’ ontbreekt of is leeg. Maak een lijst met vragen.",
    ),
    Rule("D021", _E, _BUILD, "‘groep’ noemt ‘{scene}’: {why}."),
    Rule("D022", _E, _BUILD, "‘start’ noemt ‘{scene}’, en dat is geen scène met keuzes.{hint}"),
    Rule(
        "D023",
        _E,
        _REACH,
        "Dit dilemma kent meer dan {limit} toestanden. Gebruik minder vlaggen en waarden.",
    ),
    Rule("D024", _E, _BUILD, "Het dilemma heeft geen {what}. {cure}"),
    Rule("D025", _E, _BUILD, "Dit hoort hier niet: {what}."),
    Rule(
        "D101",
        _W,
        _REACH,
        "Keuze {better} is op elke waarde even goed of beter dan keuze {worse}: dan valt "
        "er niets te kiezen.",
    ),
    Rule(
        "D102", _W, _REACH, "Geen keuze verandert de waarde ‘{key}’. Gebruik haar of haal haar weg."
    ),
    Rule("D103", _W, _REACH, "De vlag ‘{key}’ wordt nooit {what}. Gebruik haar of haal haar weg."),
    Rule(
        "D104",
        _W,
        _REACH,
        "Elke weg na een rode keuze eindigt in ‘{ending}’. Dat leest als straf; geef meer afloop.",
    ),
    Rule(
        "D105",
        _W,
        _REACH,
        "Deze keuze is veel langer dan de andere ({words} woorden). Dat verraadt haar; "
        "kort haar in.",
    ),
    Rule(
        "D106", _W, _REACH, "De scène ‘{title}’ heeft {count} keuzes. Houd het bij hoogstens vijf."
    ),
    Rule(
        "D107",
        _W,
        _REACH,
        "De langste weg duurt ongeveer {needed} minuten, maar bij ‘solo’ staat {minutes}.",
    ),
    Rule("D108", _W, _REACH, "Deze tekst verschijnt nooit: ‘{condition}’ kan hier niet waar zijn."),
    # ------------------------------------------------------------ shared files
    Rule("G001", _E, _READ, "Het bestand is niet te lezen: {why}."),
    Rule("G002", _E, _READ, "‘{key}’ is niet goed ingevuld: {why}."),
    Rule(
        "G003",
        _W,
        _REACH,
        "Het feit ‘{key}’ moest zijn nagekeken vóór {on}. Kijk of ‘{value}’ nog klopt.",
    ),
    Rule(
        "G004", _E, _READ, "Dit bestand ontbreekt. Zonder dit bestand is de inhoud niet te lezen."
    ),
    Rule(
        "G005",
        _E,
        _BUILD,
        "‘{key}’ noemt {kind} ‘{name}’, en dat bestaat niet.{hint} Verbeter de naam.",
    ),
    Rule(
        "G006",
        _W,
        _REACH,
        "De kalender ‘{name}’ is bekend tot {on}. Zet de volgende jaren erbij, anders vallen "
        "datums in een rustige tijd.",
    ),
)

RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}
