"""One thing → its page: headings, lines, what is left out, and how few queries it costs."""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import smallproject
from graph import assets, messages, rdf
from graph.cli import page_gaps, present_page
from graph.cli.session import Session
from graph.cli.talk import Talk
from graph.config import Settings
from graph.describe import Namer, Page, describe
from graph.labels import Labels
from graph.render import Document
from graph.store import Change, open_store
from graph.terms import GRAPH, LG, LGID, Rows, Term, iri
from smallproject import HEAD, Line

WORDS = """
@prefix thing: <https://w3id.org/livsgraf/id/thing/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
ex:Body lg:pluralLabel "organer"@nb, "bodies"@en ; lg:keyLabel "orgnummer"@nb ;
  skos:prefLabel "organ"@nb, "body"@en .
ex:Book skos:prefLabel "bok"@nb ; lg:pluralLabel "bøker"@nb .
ex:Loan skos:prefLabel "lån"@nb ; lg:pluralLabel "lån"@nb ;
  lg:telling "[{lg:who} ]låner {lg:what}[ av {lg:from}][ ({lg:note})]"@nb .
ex:Proof skos:prefLabel "belegg"@nb .
ex:owns lg:inwardLabel "{kinds} som eier {name}"@nb ; skos:prefLabel "eier"@nb ; lg:order 5 .
ex:owner lg:inwardLabel "{kinds} som {name} eier"@nb ; skos:prefLabel "eies av"@nb ; lg:order 1 .
ex:keeper lg:inwardLabel "{kinds} som {name} passer på"@nb ; skos:prefLabel "passes av"@nb ;
  lg:order 2 .
lg:what lg:inwardLabel "{kinds} av {name}"@nb .
ex:in skos:prefLabel "er i"@nb ; owl:inverseOf ex:holds .
ex:holds skos:prefLabel "rommer"@nb .
ex:likes skos:prefLabel "liker"@nb .
ex:open skos:prefLabel "åpen"@nb . ex:on skos:prefLabel "gjelder"@nb .
ex:aspect skos:prefLabel "side"@nb ; lg:order 1 . ex:trust skos:prefLabel "tillit"@nb ; lg:order 2 .
rdfs:comment skos:prefLabel "merknad"@nb ; lg:order 4 . dct:source skos:prefLabel "kilde"@nb .
dct:identifier skos:prefLabel "identifikator"@nb . skos:altLabel skos:prefLabel "kalles også"@nb .
"""

DATA = """
thing:a a ex:Body ; skos:prefLabel "Skogvesenet (Skog)"@nb ; skos:altLabel "Skog"@nb ;
  dct:identifier "910000001" .
thing:b a ex:Body ; skos:prefLabel "Åsen (bygda)"@nb, "Oasi"@se ; dct:identifier "b" ;
  ex:open true ; dct:description "A place."@en, "Ein stad."@nn .
"""

Made = Callable[..., Page]


@pytest.fixture
def made() -> Made:
    """Give a function that stores Turtle and describes one thing of it."""
    return lambda name, text="", lang="nb": page_of(name, text, lang)[0]


def page_of(name: str, text: str, lang: str = "nb") -> tuple[Page, list[str]]:
    asked, ask = stored(text)
    asked.clear()
    return describe(ask, iri(LGID + "thing/" + name), Labels(ask, lang)), asked


def stored(text: str) -> tuple[list[str], Callable[[str], Rows]]:
    """Store the words, the data and a text more; give the log of queries and the verb to ask."""
    store = open_store(":memory:")
    graph = iri(GRAPH + "x")
    quads = rdf.parse((HEAD + WORDS + DATA + text).encode(), "ttl")
    store.apply(Change(tuple((s, p, o, graph) for s, p, o, _ in quads)))
    asked: list[str] = []

    def ask(query: str) -> Rows:
        asked.append(query)
        return store.query(query)

    return asked, ask


def shown(page: Page, lang: str = "nb", few: int | None = None) -> dict[str, list[str]]:
    """Give the lists of a page by their titles; the facts under no title, as `label: value`."""
    document = present_page.page(page, messages.load(lang), few)
    return {
        sheet.title: [": ".join(cell.text for cell in row) for row in sheet.rows]
        for sheet in document.sheets
    }


def intro(page: Page, lang: str = "nb") -> Document:
    return present_page.page(page, messages.load(lang), None)


# -- headings -----------------------------------------------------------------------------------


def test_what_points_at_a_thing_stands_under_the_vocabularys_heading(made: Made) -> None:
    page = made("a", 'thing:x a ex:Book ; skos:prefLabel "X"@nb ; ex:owner thing:a .')
    assert shown(page)["Bøker som Skog eier (1)"] == ["X"]


def test_only_another_name_in_brackets_is_the_short_name(made: Made) -> None:
    page = made("b", 'thing:x a ex:Book ; skos:prefLabel "X"@nb ; ex:owner thing:b .')
    assert "Bøker som Åsen (bygda) eier (1)" in shown(page)


def test_a_relation_without_a_heading_is_named_by_its_label(made: Made) -> None:
    page = made("a", 'thing:x a ex:Book ; skos:prefLabel "X"@nb ; ex:likes thing:a .')
    assert "Bøker, liker: Skog (1)" in shown(page)


def test_the_very_same_things_are_listed_once_under_both_headings(made: Made) -> None:
    page = made(
        "a", 'thing:x a ex:Book ; skos:prefLabel "X"@nb ; ex:owner thing:a ; ex:keeper thing:a .'
    )
    assert [title for title in shown(page) if title] == ["Bøker som Skog eier og passer på (1)"]
    page = made(
        "a", 'thing:x a ex:Book ; skos:prefLabel "X"@nb ; ex:owner thing:a ; ex:owns thing:a .'
    )
    assert "Bøker som Skog eier og som eier Skog (1)" in shown(page)


def test_what_is_said_from_this_end_is_not_said_from_the_other(made: Made) -> None:
    page = made("a", "thing:a ex:in thing:b . thing:b ex:holds thing:a .")
    assert shown(page) == {"": ["Er i: Åsen (bygda)", "Kalles også: Skog", "Orgnummer: 910000001"]}
    # Two that like each other are two facts, for liking is not its own inverse.
    page = made("a", "thing:a ex:likes thing:b . thing:b ex:likes thing:a .")
    assert shown(page)["Organer, liker: Skog (1)"] == ["Åsen (bygda)"]


# -- lines --------------------------------------------------------------------------------------


def loan(more: str) -> str:
    return f"thing:l a ex:Loan {more} . " + 'thing:x a ex:Book ; skos:prefLabel "Bok X"@nb .'


def test_a_thing_is_told_in_the_line_of_its_class(made: Made) -> None:
    text = loan('; lg:who thing:b ; lg:what thing:x ; lg:from thing:a ; lg:note "nå"')
    assert made("l", text).label == "Åsen (bygda) låner Bok X av Skog (nå)"
    assert shown(made("x", text))["Lån av Bok X (1)"] == ["Åsen (bygda) låner Bok X av Skog (nå)"]


def test_a_line_leaves_out_what_is_not_known_and_what_the_page_is_about(made: Made) -> None:
    text = loan("; lg:who thing:b ; lg:what thing:x ; lg:from thing:a")
    (line,) = shown(made("a", text))["Lån, from: Skog (1)"]
    assert line == "Åsen (bygda) låner Bok X"


def test_a_line_that_cannot_stand_gives_way_to_what_the_thing_joins(made: Made) -> None:
    assert made("l", loan("; lg:from thing:a ; lg:who thing:b")).label == (
        "from Skogvesenet (Skog), who Åsen (bygda)"
    )


def test_a_long_text_in_a_line_is_cut_and_a_list_tells_three(made: Made) -> None:
    long = " ".join(["ord"] * 40)
    label = made("l", loan(f'; lg:what thing:x ; lg:note "{long}"')).label
    assert label.endswith(" ord …)")
    assert len(label) < 90
    many = ", ".join(f'"n{number}"' for number in range(5))
    assert made("l", loan(f"; lg:what thing:x ; lg:note {many}")).label == (
        "Låner Bok X (n0, n1, n2 …)"
    )


def test_elsewhere_a_name_is_preferred_to_a_line() -> None:
    _, ask = stored(loan('; lg:what thing:x ; skos:prefLabel "Lånet"@nb'))
    thing = iri(LGID + "thing/l")
    assert [value.label for value in Namer(ask, Labels(ask, "nb")).told([thing])] == ["Lånet"]
    namer = Namer(ask, Labels(ask, "nb"), lines=True)
    assert [value.label for value in namer.told([thing])] == ["Låner Bok X"]


# -- values -------------------------------------------------------------------------------------


def test_an_identifier_is_named_by_the_class_and_not_told_twice(made: Made) -> None:
    assert "Orgnummer: 910000001" in shown(made("a"))[""]
    assert "Orgnummer: b" in shown(made("b"))[""]
    text = 'thing:x a ex:Book ; skos:prefLabel "X"@nb ; dct:identifier '
    assert "" not in shown(made("x", text + '"x" .'))
    assert shown(made("x", text + '"other" .'))[""] == ["Identifikator: other"]


def test_a_truth_is_a_word_and_names_in_other_languages_are_told(made: Made) -> None:
    facts = shown(made("b"))[""]
    assert "Åpen: ja" in facts
    assert "Kalles også: (på nordsamisk) Oasi" in facts
    assert "Åpen: yes" in [row.replace("Open", "Åpen") for row in shown(made("b"), "en")[""]]


@pytest.mark.parametrize(
    ("texts", "lang", "expected"),
    [
        ('"A place."@en, "Ein stad."@nn', "nb", "Ein stad."),
        ('"A place."@en', "nb", "(på engelsk) A place."),
        ('"Et sted."@nb', "nn", "Et sted."),
        ('"Et sted."@nb', "en", "(in Norwegian) Et sted."),
        ('"A place."@en, "Et sted."@nb', "en", "A place."),
        ('"X 1"', "en", "X 1"),
    ],
)
def test_a_text_in_another_language_is_marked(
    made: Made, texts: str, lang: str, expected: str
) -> None:
    page = made("x", f"thing:x a ex:Book ; dct:description {texts} .", lang)
    assert intro(page, lang).intro[-1] == expected


def test_sources_that_differ_only_in_what_they_speak_of_are_one(made: Made) -> None:
    text = """
thing:p1 a ex:Proof ; ex:on thing:a ; ex:aspect ex:name ; ex:trust ex:read ; dct:source ex:s ;
  rdfs:comment "Sett i dag."@nb .
thing:p2 a ex:Proof ; ex:on thing:a ; ex:aspect ex:number ; ex:trust ex:read ; dct:source ex:s .
thing:p3 a ex:Proof ; ex:on thing:a ; ex:aspect ex:place ; ex:trust ex:read ; dct:source ex:t .
ex:name skos:prefLabel "navnet"@nb . ex:number skos:prefLabel "nummeret"@nb .
ex:place skos:prefLabel "stedet"@nb . ex:read skos:prefLabel "lest"@nb .
ex:s dct:title "Skogboka." . ex:t dct:title "Kartet" .
"""
    assert shown(made("a", text))["Hva dette bygger på: belegg (2)"] == [
        "Navnet og nummeret: lest. Kilde: Skogboka. Merknad: Sett i dag.",
        "Stedet: lest. Kilde: Kartet.",
    ]


def test_a_list_is_cut_with_a_line_that_tells_how_to_see_all(made: Made) -> None:
    books = "".join(
        f'thing:x{n} a ex:Book ; skos:prefLabel "X{n}"@nb ; ex:owner thing:a .\n' for n in range(7)
    )
    document = present_page.page(made("a", books), messages.load("nb"), 5)
    sheet = next(sheet for sheet in document.sheets if sheet.title)
    assert len(sheet.rows) == 5
    assert sheet.notes == ("… og 2 til. Vis alle med --all.",)


def test_a_list_of_sources_is_cut_later(made: Made) -> None:
    proofs = "".join(
        f"thing:p{n} a ex:Proof ; ex:on thing:a ; dct:source ex:s{n} .\n" for n in range(30)
    )
    document = present_page.page(made("a", proofs), messages.load("nb"), 5)
    sheet = next(sheet for sheet in document.sheets if sheet.name == "sources")
    assert (len(sheet.rows), sheet.notes) == (20, ("… og 10 til. Vis alle med --all.",))
    assert sheet.title.endswith("(30)")


def test_a_fact_keeps_its_label_on_one_line_and_is_never_a_numbered_card(made: Made) -> None:
    import io

    from graph.render import Style, write

    long = " ".join(["ord"] * 120)
    text = f'thing:x a ex:Book ; ex:much "{long}" . ex:much skos:prefLabel "det som er sagt"@nb .'
    out = io.StringIO()
    document = present_page.page(made("x", text), messages.load("nb"), None)
    write(document, "table", out, Style(width=80))
    assert "\nDet som er sagt  ord ord" in out.getvalue()
    assert "1." not in out.getvalue()


def test_a_page_costs_as_many_queries_however_many_its_relations() -> None:
    def asked(n: int) -> int:
        text = "".join(
            f'thing:x{i} a ex:Book ; skos:prefLabel "X{i}"@nb ; ex:p{i} thing:a . '
            f"thing:l{i} a ex:Loan ; lg:what thing:x{i} ; ex:q{i} thing:a .\n"
            for i in range(n)
        )
        return len(page_of("a", text)[1])

    assert asked(40) == asked(1)
    assert asked(40) <= 20


# -- gaps ---------------------------------------------------------------------------------------


def test_what_is_not_reported_is_told_apart_from_what_is_missing() -> None:
    texts = messages.load("nb")
    sheet = present_page.lacks([present_page.Lack("q", "Uten hjemmel", (1, 2, 3))], texts)
    assert [column.title for column in sheet.columns][1:] == [
        "bekreftet",
        "utledet",
        "ikke rapportert",
    ]
    assert [cell.text for cell in sheet.rows[0]] == ["Uten hjemmel", "1", "2", "3"]
    assert "ikke sagt at det mangler" in sheet.notes[0]
    assert present_page.lacks([], texts).notes == (texts["describe.gaps_none"],)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    line = smallproject.on(monkeypatch, smallproject.make(tmp_path / "project"), tmp_path / "store")
    assert line.run("build").status == 0
    settings = Settings(store=line.store, lang="nb", base="https://example.org/")
    return Session(settings, Talk(messages.load("nb")))


DAY = datetime.date(2025, 5, 1)
SKOG = iri(LGID + "body/1")


def counts(session: Session, day: datetime.date = DAY) -> list[tuple[int, ...]]:
    found = page_gaps.touching(session, SKOG, day, page_gaps.stamp(session))
    return [lack.counts for lack in found.lacks]


def test_gaps_of_its_groups_are_told_in_lines_of_their_own(session: Session) -> None:
    write = smallproject.write
    write(assets.root(), "ontology/more.ttl", "ex:askedBy lg:givesGaps true .")
    write(assets.root(), "data/registers/more.ttl", "body:3 a ex:Body ; ex:askedBy body:1 .")
    body = iri(LGID + "body/3")
    found = page_gaps.touching(session, body, DAY, page_gaps.stamp(session))
    assert (found.lacks, found.columns) == ([], [])
    assert [(lack.title, lack.counts) for lack in found.groups] == [
        ("Som medlem av Skogvesenet (Skog)", (1, 1, 1))
    ]
    assert "livsgraf describe body/1" in page_gaps.hints(session, body, found, None)[0]


def test_the_rows_of_a_thing_are_shown_by_a_command_that_is_told(session: Session) -> None:
    found = page_gaps.touching(session, SKOG, DAY, page_gaps.stamp(session))
    assert found.columns == ["provider", "consumer"]
    (hint,) = page_gaps.hints(session, SKOG, found, DAY)
    assert "livsgraf gaps --consumer body/1 --date 2025-05-01" in hint


def test_gaps_of_a_thing_are_asked_for_once_and_remembered(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counts(session) == [(1, 1, 1)]
    kept = json.loads((session.settings.store / page_gaps.FILE).read_text("utf-8"))
    assert SKOG.value in kept["things"]
    monkeypatch.setattr("graph.gaps.find", lambda *_: pytest.fail("asked again"))
    assert counts(session) == [(1, 1, 1)]


def test_another_day_other_queries_and_other_content_are_asked_for_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counts(session) == [(1, 1, 1)]
    assert counts(session, datetime.date(2020, 1, 1)) == [(1, 0, 1)]
    query = next(iter(assets.files("gaps")))
    query.write_text(query.read_text("utf-8") + "# changed\n", "utf-8")
    asked: list[object] = []
    monkeypatch.setattr("graph.gaps.find", lambda *args: asked.append(args))
    assert counts(session) == []
    assert asked


def test_what_was_found_in_other_content_is_not_kept(session: Session) -> None:
    before = page_gaps.stamp(session)
    assert before
    place = session.settings.store / page_gaps.FILE
    assert page_gaps.touching(session, SKOG, DAY, before + "older")
    assert not place.exists()
    assert page_gaps.touching(session, SKOG, DAY, "")
    assert not place.exists()
    place.write_text("{", "utf-8")
    assert counts(session) == [(1, 1, 1)]
    assert json.loads(place.read_text("utf-8"))["things"]


def test_a_folder_that_may_not_be_written_in_gives_the_same_answer(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "write_text", refuse)
    assert counts(session) == [(1, 1, 1)]
    assert not (session.settings.store / page_gaps.FILE).exists()


# -- the shipped words --------------------------------------------------------------------------

JARGON = re.compile(
    r"\b(node|noden|IRI|URI|trippel|tripler|predikat|triple|predicate)\b", re.IGNORECASE
)


def test_no_label_of_ours_speaks_of_nodes_and_triples() -> None:
    told = {"prefLabel", "inwardLabel", "pluralLabel", "keyLabel", "title"}
    for path in assets.files("ontology"):
        for s, p, o, _ in rdf.parse(path):
            if p.value.rpartition("#")[2] in told:
                assert not JARGON.search(o.value), (s.value, o.value)


def test_a_page_speaks_of_no_nodes_and_triples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line: Line = smallproject.on(
        monkeypatch, smallproject.make(tmp_path / "project"), tmp_path / "store"
    )
    for lang in ("nb", "nn", "en"):
        page = line.run("describe", "skog", "--format", "table", "--lang", lang).out
        assert not JARGON.search(page), page


def test_a_place_of_no_known_vocabulary_stays_as_it_is(made: Made) -> None:
    text = 'thing:z a ex:Odd . ex:Odd lg:telling "{odd:who} {lg:what}"@nb . thing:z lg:what "det" .'
    assert made("z", text).label == "{odd:who} det"


def test_every_place_of_a_shipped_line_is_a_known_property() -> None:
    from graph.terms import PREFIXES

    said = [row for path in assets.files("ontology") for row in rdf.parse(path)]
    known = {s.value for s, p, o, _ in said if p.value == LG + "order" or "Property" in o.value}
    for s, p, o, _ in said:
        for prefix, rest in re.findall(r"\{([\w-]+):(\w+)\}", o.value):
            if p.value == LG + "telling":
                assert PREFIXES[prefix] + rest in known | {PREFIXES["dct"] + "title"}, s.value


def test_shipped_headings_and_lines_have_the_same_places_in_every_language() -> None:
    found: dict[tuple[str, str], dict[str | None, set[str]]] = {}
    for path in assets.files("ontology"):
        for s, p, o, _ in rdf.parse(path):
            if p in (Term("iri", LG + "inwardLabel"), Term("iri", LG + "telling")):
                places = set(re.findall(r"\{([^}]*)\}", o.value))
                found.setdefault((s.value, p.value), {})[o.lang] = places
    assert found
    for key, texts in found.items():
        assert texts.keys() == {"nb", "nn", "en"}, key
        assert len({frozenset(places) for places in texts.values()}) == 1, key
