"""What is handed in on trial, and by whom."""

from __future__ import annotations

from graph.terms import LG, LGID

OWNER, OTHER = "942110464", "974761076"
TURTLE = {"Content-Type": "text/turtle"}


def trial(number: int, owner: str = OWNER, title: str = "Prøve") -> bytes:
    """Write a file of one service and what is known of it."""
    return f"""@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix lg: <{LG}> .
<{LGID}service/trial-{number}> a cpsv:PublicService ; dct:identifier "trial-{number}" ;
  dct:title "{title} {number}"@nb, "Trial {number}"@en ;
  dct:description "En tjeneste til prøve."@nb, "A service on trial."@en ;
  cv:hasCompetentAuthority <{LGID}actor/{owner}> ; lg:deliveredAtLevel <{LGID}level/municipality> .
<{LGID}evidence/trial-{number}> a lg:Evidence ; lg:about <{LGID}service/trial-{number}> ;
  lg:aspect <{LGID}aspect/existence> ; lg:confidence <{LGID}confidence/known> ;
  dct:source <{LGID}source/a87d9f14e5> .
""".encode()


def bearing(token: str, **others: str) -> dict[str, str]:
    """Make the headers of one who hands in Turtle with a key."""
    return {"Authorization": f"Bearer {token}", **TURTLE, **others}
