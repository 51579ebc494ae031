"""What there is: the queries and what they ask for, how much the store holds, which versions.

Reads, never writes. Everything said here comes from headers, the vocabulary or the store itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from graph.errors import UnknownName
from graph.query import Parameter
from graph.terms import DCT, DERIVED, LANGUAGES, OWL, PREFIXES, SKOS, VOCABULARY, Rows, Term

Ask = Callable[[str], Rows]

_NEAREST = 3
_SORTS = ("stated", "vocabulary", "derived")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


@dataclass(frozen=True)
class Count:
    """How many of something there are."""

    thing: Term
    n: int

    @property
    def sort(self) -> str:
        """Which sort of graph it is: `stated`, `vocabulary` or `derived`."""
        if self.thing.value.startswith(DERIVED):
            return "derived"
        return "vocabulary" if self.thing.value.startswith(VOCABULARY) else "stated"


def text_in(texts: Mapping[str, str], lang: str) -> str:
    """Give the text in the language asked for, else in the first of ours that there is."""
    return next((texts[name] for name in (lang, *LANGUAGES) if name in texts), "")


def named(names: Collection[str], name: str) -> str:
    """Give the one of the names that is meant; UnknownName with the nearest ones."""
    if name in names:
        return name
    asked = name.casefold().strip().replace("_", "-").replace(" ", "-")
    if asked in names:
        return asked
    close = difflib.get_close_matches(asked, names, _NEAREST, 0.6)
    parts = set(asked.split("-"))
    shared = sorted(
        (other for other in names if parts & set(other.split("-"))),
        key=lambda other: -len(parts & set(other.split("-"))),
    )
    near = list(dict.fromkeys([*close, *shared]))[:_NEAREST]
    raise UnknownName(name, "query", near)


def worded(things: Iterable[Term], lang: str) -> dict[Term, str]:
    """Give the vocabulary's own name of each thing, read from its files; no store is needed."""
    from graph import assets, rdf

    wanted = set(things)
    said: dict[Term, dict[str, str]] = {}
    for path in assets.files("ontology") if wanted else ():
        for s, p, o, _ in rdf.parse(path):
            if s in wanted and p.value == SKOS + "prefLabel":
                said.setdefault(s, {})[o.lang or lang] = o.value
    return {thing: name for thing, texts in said.items() if (name := text_in(texts, lang))}


def option_names(parameter: Parameter) -> tuple[str, ...]:
    """Give the words by which a parameter is an option: its labels, English first, and its name."""
    labels = [parameter.label[lang] for lang in ("en", *LANGUAGES) if lang in parameter.label]
    said = [parameter.option] if parameter.option else []
    names = [*said, *labels, parameter.name]
    return tuple(dict.fromkeys(kebab(text) for text in names))


def kebab(name: str) -> str:
    """Write a name in lower case with hyphens: crossLevel and Cross level give cross-level."""
    spaced = "".join(f" {sign}" if sign.isupper() else sign for sign in name)
    return "-".join("".join(s if s.isalnum() else " " for s in spaced).casefold().split())


def form(text: str) -> str:
    """Give the form of a SPARQL text, in capitals; an unreadable text counts as SELECT.

    The engine is the judge of what is wrong with a text, so nothing is refused here.
    """
    from graph.sparql import SparqlReadError, tokens

    try:
        return next(t.text.upper() for t in tokens(text) if t.is_word(*_FORMS))
    except (StopIteration, SparqlReadError):
        return _FORMS[0]


def classes(ask: Ask) -> list[Count]:
    """Count the instances of each class, most first."""
    rows = ask("SELECT ?class (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class")
    return _counts(rows)


def graphs(ask: Ask) -> list[Count]:
    """Count the triples of each graph: what is stated, the vocabulary, then what is derived."""
    rows = ask("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    return sorted(_counts(rows), key=lambda count: (_SORTS.index(count.sort), count.thing.value))


def data_version(ask: Ask) -> tuple[str | None, str | None]:
    """Give version and date of the content, as its catalogue says."""
    rows = ask(
        f"SELECT ?version ?day WHERE {{ ?catalogue a <{PREFIXES['dcat']}Catalog> "
        f"OPTIONAL {{ ?catalogue <{OWL}versionInfo> ?version }} "
        f"OPTIONAL {{ ?catalogue <{DCT}modified> ?day }} }} ORDER BY DESC(STR(?day)) LIMIT 1"
    )
    for version, day in rows:
        return (version.value if version else None, day.value if day else None)
    return (None, None)


def _counts(rows: Iterable[tuple[Term | None, ...]]) -> list[Count]:
    found = [Count(thing, int(n.value)) for thing, n in rows if thing and n]
    return sorted(found, key=lambda count: (-count.n, count.thing.value))
