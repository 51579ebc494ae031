"""Findings made up for tests of how they are shown: every member is filled in some of them."""

from __future__ import annotations

from graph.findings import Finding, Place
from graph.render.findings import Facts
from graph.submission import Remark
from graph.terms import SH, SHAPE, XSD, Term, iri, literal

EX = "https://example.org/"
LAYER = "http://data.europa.eu/IL4"

TITLE = Finding(
    rule=SHAPE + "Thing-title",
    severity="violation",
    focus=EX + "tjeneste/vaffel",
    kind=EX + "Service",
    kind_label={"nb": "tjeneste", "nn": "teneste", "en": "service"},
    label={"nb": "Vaffelattest"},
    path="http://purl.org/dc/terms/title",
    path_label={"nb": "tittel", "nn": "tittel", "en": "title"},
    message={
        "nb": "Tjenesten mangler tittel på bokmål.",
        "nn": "Tenesta manglar tittel på bokmål.",
        "en": "The service has no title in bokmål.",
    },
    count=0,
    expected={
        "nb": "Én tekst på bokmål.",
        "nn": "Éin tekst på bokmål.",
        "en": "One text in bokmål.",
    },
    fix={
        "nb": "Skriv tittelen på bokmål.",
        "nn": "Skriv tittelen på bokmål.",
        "en": "Write the title in bokmål.",
    },
    example='dct:title "Barnetrygd"@nb',
    layer=LAYER,
    see_also=(EX + "felt/tittel",),
    source="mappe/min fil.ttl",
    place=Place("mappe/min fil.ttl", 12, 5),
    component=SH + "MinCountConstraintComponent",
)
NUMBER = Finding(
    rule=SHAPE + "Thing-number",
    severity="warning",
    focus=EX + "tjeneste/vaffel",
    label={"nb": "Vaffelattest"},
    path="http://purl.org/dc/terms/identifier",
    path_label={"nb": "nummer", "en": "number"},
    message={"nb": "Nummeret har bokstaver {ikke tall}.", "en": "The number holds letters."},
    value=literal("12a4", XSD + "integer"),
    fix={"nb": "Skriv bare sifre."},
    source="mappe/min fil.ttl",
    place=Place("mappe/min fil.ttl", 14),
    component=SH + "DatatypeConstraintComponent",
)
CELL = Finding(
    rule="unknown-choice",
    severity="violation",
    focus=EX + "tjeneste/grøt",
    label={"": "Grøttilskudd <b>&"},
    path=EX + "level",
    path_label={"nb": "nivå"},
    message={"nb": "«Komune» er ikke et valg i denne kolonnen."},
    value=literal("=Komune"),
    expected={"nb": "Mente du «Kommune»?"},
    fix={"nb": "Velg fra listen i cellen."},
    example="Kommune",
    source="innmelding.xlsx",
    place=Place("innmelding.xlsx", sheet="Tjenester", cell="D7"),
)
OUTSIDE = Finding(
    rule=SHAPE + "Thing-organ",
    severity="info",
    focus=EX + "tjeneste/grøt",
    path=f"^{EX}owns/{EX}part",
    message={"en": "This lies in the register of another body."},
    value=iri("http://publications.europa.eu/resource/authority/language/NOB"),
    source="innmelding.xlsx",
    outside=True,
)
FOREIGN = Finding(
    rule="https://example.org/andre-regler#Tittel",
    severity="violation",
    focus=EX + "tjeneste/vaffel",
    message={"": "No language at all"},
    source="mappe/min fil.ttl",
    place=Place("mappe/min fil.ttl", 12),
    tier="andre.ttl",
)
ALL = (TITLE, NUMBER, CELL, OUTSIDE, FOREIGN)
FACTS = Facts(
    files=("mappe/min fil.ttl", "innmelding.xlsx"),
    things=5,
    known=3,
    before=2,
    remarks=(Remark("validate.empty", {"file": "tom.ttl"}),),
    versions={"software": "1.2.3", "ontology": "4.5.6"},
    tiers=("andre.ttl",),
)


def value(text: str) -> Term:
    """Make a text as a value."""
    return literal(text)
