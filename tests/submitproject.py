"""A small project that takes files in: invented bodies, wishes, a rule, a gap, an ownership."""

from __future__ import annotations

from pathlib import Path

import smallproject
from graph import pipeline
from graph.config import Settings

FOREST, MOUNTAIN, STRANGER = "910000004", "910000012", "910000020"
"""Organisation numbers with the right control digit; nobody bears them."""

OWNERSHIP = """
#+ title.nb = "Det et organ har ønsket"
#+ title.nn = "Det eit organ har ønskt"
#+ title.en = "What a body has wished"
#+ why.nb = "Den som ønsker, eier ønsket."
#+ why.en = "Whoever wishes owns the wish."
#+ [parameters.organisation]
#+ type = "iri"
#+ label = { nb = "Organ", nn = "Organ", en = "Body" }
#+ [columns]
#+ focus = { nb = "Ønske", nn = "Ønske", en = "Wish" }
PREFIX ex: <https://example.org/>
SELECT ?focus WHERE { VALUES ?organisation { UNDEF } ?focus ex:by ?organisation } ORDER BY ?focus
"""

HEAD = smallproject.HEAD


def make(root: Path) -> Path:
    """Write the project; the two bodies bear numbers that hold."""
    smallproject.make(root)
    bodies = root / "data/registers/bodies.ttl"
    text = bodies.read_text("utf-8").replace("910000001", FOREST).replace("910000002", MOUNTAIN)
    bodies.write_text(text, "utf-8")
    smallproject.write(root, "queries/ownership/own-records.rq", OWNERSHIP)
    return root


def built(top: Path) -> tuple[Settings, Path]:
    """Write the project and build its store."""
    root = make(top / "project")
    settings = Settings(top / "store")
    pipeline.build(settings, validate=False, root=root)
    return settings, root


def turtle(path: Path, text: str) -> Path:
    """Write a file to hand in."""
    path.write_text(HEAD + text, "utf-8")
    return path


def wishes(path: Path, number: int) -> Path:
    """Write a file of three wishes that belong together, and one that is there already."""
    things = "".join(
        f'wish:n{number}-{part} a ex:Wish ; dct:title "Ønske {number}.{part}"@nb ;'
        f" ex:by body:1 ; ex:asks ex:n{number} ; ex:event ex:barn ; ex:state sum:missing ;"
        " ex:sure certainty:inferred ; ex:crosses false .\n"
        for part in range(3)
    )
    return turtle(path, things + f'wish:a-01 dct:title "Begravelse: {number}"@nb .\n')
