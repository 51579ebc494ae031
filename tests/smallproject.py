"""A project of a few invented things, and the command line run on it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph import assets
from graph.cli import main

HEAD = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/> .
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix lgid: <https://w3id.org/livsgraf/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix body: <https://w3id.org/livsgraf/id/body/> .
@prefix wish: <https://w3id.org/livsgraf/id/wish/> .
@prefix sum: <https://w3id.org/livsgraf/id/sum/> .
@prefix certainty: <https://w3id.org/livsgraf/id/certainty/> .
@prefix proof: <https://w3id.org/livsgraf/id/proof/> .
"""

_TEXTS = """
#+ title.nb = "{0}"
#+ title.nn = "{0}"
#+ title.en = "{1}"
#+ why.nb = "Fordi noen ønsker det."
#+ why.nn = "Fordi nokon ønskjer det."
#+ why.en = "Because somebody wishes it."
""".strip()

_PARAMETERS = """
#+ [parameters.event]
#+ type = "iri"
#+ option = "life-event"
#+ scheme = "https://example.org/Happening"
#+ label = { nb = "Livshendelse", nn = "Livshending", en = "Life event" }
#+ [parameters.date]
#+ type = "date"
#+ default = "today"
#+ label = { nb = "Dato", nn = "Dato", en = "Date" }
""".strip()

_COLUMNS = {
    "focus": ("Ønske", "Wish"),
    "certainty": ("Sikkerhet", "Certainty"),
    "event": ("Livshendelse", "Life event"),
    "provider": ("Avgiver", "Provider"),
    "consumer": ("Mottaker", "Consumer"),
    "providerSector": ("Avgivers sektor", "Provider's sector"),
    "consumerSector": ("Mottakers sektor", "Consumer's sector"),
    "crossLevel": ("På tvers av nivå", "Across levels"),
    "crossSector": ("På tvers av sektor", "Across sectors"),
    "since": ("Siden", "Since"),
}


def _columns(names: Sequence[str], titles: dict[str, tuple[str, str]] = _COLUMNS) -> str:
    lines = (
        f'#+ {name} = {{ nb = "{titles[name][0]}", nn = "{titles[name][0]}",'
        f' en = "{titles[name][1]}" }}'
        for name in names
    )
    return "\n".join(["#+ [columns]", *lines])


_PREFIXES = """
PREFIX ex: <https://example.org/>
PREFIX certainty: <https://w3id.org/livsgraf/id/certainty/>
PREFIX sum: <https://w3id.org/livsgraf/id/sum/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
""".strip()

_GAP = (
    '#+ severity = "violation"\n#+ eif = ["Rec26"]\n#+ remedy.nb = "Spør."\n#+ remedy.en = "Ask."'
)

FILES = {
    "ontology/core.ttl": """
<https://example.org/onto> a owl:Ontology ; owl:versionInfo "0.9.0" .
ex:Body a owl:Class ; skos:prefLabel "organ"@nb, "organ"@nn, "body"@en .
ex:StateBody rdfs:subClassOf ex:Body ; skos:prefLabel "statlig organ"@nb, "state body"@en .
ex:Wish a owl:Class ; skos:prefLabel "ønske"@nb, "ønske"@nn, "wish"@en .
ex:Proof a owl:Class ; skos:prefLabel "belegg"@nb, "proof"@en .
ex:Dream a owl:Class ; skos:prefLabel "drøm"@nb, "draum"@nn, "dream"@en .
ex:Tie a owl:Class ; skos:prefLabel "knute"@nb, "tie"@en .
ex:asks skos:prefLabel "spør"@nb, "spør"@nn, "asks"@en ; lg:order 2 .
ex:by skos:prefLabel "ønskes av"@nb, "blir ønskt av"@nn, "wished by"@en ; lg:order 1 .
ex:on skos:prefLabel "gjelder"@nb, "about"@en .
ex:trust skos:prefLabel "tillit"@nb, "trust"@en ; lg:order 1 .
ex:secret skos:prefLabel "skjult"@nb, "hidden"@en ; lg:order -1 .
ex:below skos:prefLabel "ligger under"@nb, "below"@en .
ex:short rdfs:subPropertyOf skos:notation ; skos:prefLabel "kortnavn"@nb, "short name"@en .
dct:identifier skos:prefLabel "nummer"@nb, "number"@en .
dct:source skos:prefLabel "kilde"@nb, "source"@en .
sum:whole skos:prefLabel "helt"@nb, "whole"@en .
sum:missing ex:means 1 . sum:not-reported ex:means 0 .
sum:outside skos:prefLabel "fra brukeren selv"@nb, "frå brukaren sjølv"@nn, "from the user"@en .
certainty:confirmed skos:prefLabel "bekreftet"@nb, "stadfesta"@nn, "confirmed"@en .
certainty:inferred skos:prefLabel "utledet"@nb, "utleidd"@nn, "inferred"@en .
certainty:not-reported skos:prefLabel "ikke rapportert"@nb, "not reported"@en .
""",
    "data/registers/catalogue.ttl": """
ex:catalogue a dcat:Catalog ; dct:modified "2025-06-01"^^xsd:date ; owl:versionInfo "2025-06" .
""",
    "data/registers/bodies.ttl": """
body:1 a ex:StateBody, ex:Body ; skos:prefLabel "Skogvesenet (Skog)"@nb, "Skogvesenet"@nn ;
  dct:identifier "910000001" ; ex:short "skog" ; ex:secret "ja" ; ex:below body:2 ;
  dct:description "Passer skogen."@nb .
body:2 a ex:Body ; skos:prefLabel "Fjelltilsynet"@nb, "The Mountain Authority"@en ;
  dct:identifier "910000002" .
proof:1 a ex:Proof ; ex:on body:1 ; ex:trust ex:sure ; dct:source ex:book .
ex:sure skos:prefLabel "lest i en kilde"@nb, "read in a source"@en .
ex:book dct:title "Skogboka 1921"@nb .
""",
    "data/life-events/events.ttl": """
ex:dodsfall a ex:Happening ; dct:identifier "dodsfall-og-arv" ;
  skos:prefLabel "Dødsfall og arv"@nb, "Dødsfall og arv"@nn, "Death and inheritance"@en ;
  skos:hiddenLabel "doedsfall-og-arv" .
ex:barn a ex:Happening ; skos:prefLabel "Få barn"@nb, "Have a child"@en .
wish:a-01 a ex:Wish ; dct:title "Begravelse: sted"@nb, "Funeral: place"@en ; ex:by body:1 ;
  ex:asks body:2 ; ex:event ex:dodsfall, ex:barn ; ex:state sum:missing ;
  ex:sure certainty:confirmed ; ex:crosses true .
wish:a-02 a ex:Wish ; dct:title "Begravelse: tid"@nb, "Funeral: time"@en ; ex:by body:2 ;
  ex:asks body:1 ; ex:event ex:dodsfall ; ex:state sum:missing ; ex:sure certainty:inferred ;
  ex:crosses false ; ex:since "2024-01-01"^^xsd:date .
wish:a-03 a ex:Wish ; dct:title "Vugge: størrelse"@nb ; ex:by body:2 ; ex:asks body:1 ;
  ex:event ex:barn ; ex:state sum:not-reported ; ex:sure certainty:not-reported ; ex:doubt true .
wish:a-04 a ex:Wish ; dct:title "Vugge: farge"@nb ; ex:by body:2 ; ex:event ex:barn ;
  ex:state sum:whole .
wish:a-05 a ex:Wish ; dct:title "Vugge: navn"@nb ; ex:by body:2 ; ex:event ex:barn ;
  ex:state sum:outside .
<https://w3id.org/livsgraf/id/tie/1> a ex:Tie ; ex:by body:1 ; ex:asks body:2 .
""",
    "queries/rules/010-asked.rq": _TEXTS.format("Hvem som blir spurt", "Who is asked")
    + f"\n{_PREFIXES}\nCONSTRUCT {{ ?b ex:askedBy ?a }} WHERE {{ ?w ex:by ?a ; ex:asks ?b }}\n",
    "queries/gaps/organisational/wishes-unmet.rq": "\n".join(
        [
            _TEXTS.format("Ønsker som ikke er oppfylt", "Wishes that are not met"),
            _GAP,
            '#+ unit = "need"',
            _PARAMETERS,
            _columns(list(_COLUMNS)),
            _PREFIXES,
            """
SELECT ?focus ?certainty ?event ?provider ?consumer ?providerSector ?consumerSector
       ?crossLevel ?crossSector ?since
WHERE {
  VALUES ?event { UNDEF }
  VALUES ?date { "2025-01-01"^^xsd:date }
  ?focus a ex:Wish ; ex:event ?event ; ex:by ?consumer ; ex:asks ?provider ; ex:sure ?certainty .
  OPTIONAL { ?focus ex:crosses ?crossLevel }
  OPTIONAL { ?focus ex:since ?since }
  FILTER(!BOUND(?since) || ?since <= ?date)
}
ORDER BY ?focus ?event
""",
        ]
    ),
    "queries/gaps/technical/dreams-broken.rq": "\n".join(
        [
            _TEXTS.format("Drømmer som brast", "Broken dreams"),
            _GAP,
            '#+ unit = "thing"',
            _columns(["focus", "certainty", "event"]),
            _PREFIXES,
            "SELECT ?focus ?certainty ?event WHERE { ?focus a ex:Dream ; ex:event ?event ;"
            " ex:sure ?certainty } ORDER BY ?focus",
        ]
    ),
    "queries/questions/need-states.rq": "\n".join(
        [
            _TEXTS.format("Tilstanden til hvert ønske", "The state of each wish"),
            _PARAMETERS,
            _columns(
                ["need", "event", "layer", "state", "sum", "certainty", "doubted"],
                dict.fromkeys(
                    ["need", "event", "layer", "state", "sum", "certainty", "doubted"],
                    ("Felt", "Field"),
                ),
            ),
            _PREFIXES,
            """
SELECT ?need ?event ?layer ?state ?sum ?certainty ?doubted
WHERE {
  VALUES ?event { UNDEF }
  VALUES ?date { "2025-01-01"^^xsd:date }
  VALUES ?layer { <http://data.europa.eu/IL4> }
  ?need a ex:Wish ; ex:event ?event ; ex:state ?sum .
  BIND(?sum AS ?state)
  OPTIONAL { ?need ex:sure ?certainty }
  OPTIONAL { ?need ex:doubt ?doubted }
  FILTER(?date >= "1900-01-01"^^xsd:date)
}
ORDER BY ?need ?event
""",
        ]
    ),
    "queries/questions/who-wishes.rq": "\n".join(
        [
            _TEXTS.format("Hvem som ønsker", "Who wishes"),
            "#+ [parameters.body]",
            '#+ type = "iri"',
            '#+ label = { nb = "Organ", nn = "Organ", en = "Body" }',
            _columns(["wish"], {"wish": ("Ønske", "Wish")}),
            _PREFIXES,
            "SELECT ?wish WHERE { VALUES ?body { UNDEF } ?wish a ex:Wish ; ex:by ?body }"
            " ORDER BY ?wish",
        ]
    ),
    "shapes/body.ttl": """
ex:BodyShape a sh:NodeShape ; sh:targetClass ex:Body ; sh:property ex:Body-identifier .
ex:Body-identifier sh:path dct:identifier ; sh:minCount 1 ; sh:severity sh:Violation ;
  sh:name "nummer"@nb, "nummer"@nn, "number"@en ;
  sh:message "Nummeret mangler."@nb, "Nummeret manglar."@nn, "The number is missing."@en ;
  lg:fix "Skriv nummeret."@nb, "Skriv nummeret."@nn, "Write the number."@en .
""",
    "shapes/checks/final-nines.rq": "\n".join(
        [
            _TEXTS.format("Nummeret ender på 9", "The number ends in 9"),
            '#+ remedy.nb = "Slå opp nummeret."',
            '#+ remedy.en = "Look the number up."',
            '#+ layer = "semantic"',
            '#+ severity = "violation"',
            '#+ shape = "https://w3id.org/livsgraf/shape#Body-nine"',
            '#+ path = "http://purl.org/dc/terms/identifier"',
            _columns(["focus", "value"], {"focus": ("Organ", "Body"), "value": ("Tall", "Figure")}),
            "PREFIX dct: <http://purl.org/dc/terms/>",
            "PREFIX ex: <https://example.org/>",
            "SELECT ?focus ?value WHERE { ?focus a ex:Body ; dct:identifier ?value",
            ' FILTER(REGEX(?value, "9$")) } ORDER BY ?focus',
        ]
    ),
}


def write(root: Path, name: str, text: str) -> Path:
    """Write one file of the project; Turtle gets the prefixes."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((HEAD if name.endswith(".ttl") else "") + text.lstrip("\n"), "utf-8")
    return path


def make(root: Path) -> Path:
    """Write the whole project."""
    for name, text in FILES.items():
        write(root, name, text)
    return root


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Ran:
    """What one run of the command line gave."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Line:
    """The command line on the small project."""

    root: Path
    store: Path

    def run(self, *args: str, terminal: bool = False) -> Ran:
        """Run one command, in a pipe or on a terminal of 80 columns."""
        out: io.StringIO = Terminal() if terminal else io.StringIO()
        err = io.StringIO()
        with _streams(out, err):
            status = main(["--store", str(self.store), *args])
        return Ran(status, out.getvalue(), err.getvalue())


@contextmanager
def _streams(out: io.StringIO, err: io.StringIO) -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def on(monkeypatch: pytest.MonkeyPatch, root: Path, store: Path) -> Line:
    """Point the program at the project, on a fixed day and a width of 80."""
    import datetime

    monkeypatch.setattr(assets, "root", lambda: root)
    for name in ("LIVSGRAF_LANG", "LIVSGRAF_STORE", "LIVSGRAF_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    day = datetime.date(2025, 5, 1)
    monkeypatch.setattr("graph.cli.commands.today", lambda: day)
    return Line(root, store)
