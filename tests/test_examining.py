"""A file and the store → findings: outside, nearest, once, earlier, added shapes, view."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from casefolders import background, cases
from examiningworld import GROUND, HEAD, SHAPES, WORDS, brief, holding, judged, submission, triples
from graph import rdf
from graph.config import Settings
from graph.errors import FileUnreadable
from graph.examining import Ground, examine, ground, read_tier
from graph.findings import Finding, Place
from graph.store import MEMORY, Change, Store, open_store
from graph.submission import Places, Submission
from graph.terms import DCT, LANGUAGES, LGID, SHAPE, iri
from graph.validate.rulebook import Rulebook

TOWN = f"«Byen» <{LGID}thing/town>"
BOX = ':b a :Box ; dct:title "B"@nb ; :owner {owner} .'


def test_what_is_known_is_no_finding() -> None:
    done = judged(BOX.format(owner="id:town"))
    assert done.findings == ()
    assert (done.judged, done.known, done.earlier) == (1, 1, 0)
    assert not done.fails("info")


def test_what_lies_outside_is_a_notice_and_no_fault() -> None:
    done = judged(BOX.format(owner="<https://data.example.org/bodies/1>"))
    assert brief(done) == [("Box-owner", "info", True)]
    [notice] = done.findings
    assert set(notice.message) == set(LANGUAGES) == set(notice.fix)
    assert "data.example.org" in notice.message["nb"]
    assert not done.fails("info")


def test_what_lies_outside_also_fills_a_lack() -> None:
    """The shape that only counts bodies is content with a notice where the value is foreign."""
    counting = Ground(
        Rulebook(t for t in triples(SHAPES) if t[2] != iri(SHAPE + "Box-owner")), (), ()
    )
    sent = submission(BOX.format(owner="<https://data.example.org/bodies/1>"))
    done = examine(sent, Settings(store=Path(MEMORY)), holding().query, on=counting)
    assert brief(done) == [("Box-owner-least", "info", True)]


@pytest.mark.parametrize(
    ("owner", "near"), [("id:twon", TOWN), ("id:byen", TOWN), ("id:xyzzyx", ""), ("id:lidt", "")]
)
def test_what_nothing_of_ours_bears_is_a_fault_with_what_was_meant(owner: str, near: str) -> None:
    """By its key, or by its name."""
    done = judged(BOX.format(owner=owner))
    assert brief(done) == [("Box-owner", "violation", False)]
    [fault] = done.findings
    assert fault.fix["nb"] == (f"Mente du {near}? Skriv eieren." if near else "Skriv eieren.")
    assert fault.expected["en"] == "a thing of the kind body"


def test_a_known_thing_of_another_kind_is_a_fault() -> None:
    assert brief(judged(BOX.format(owner="id:lid"))) == [("Box-owner", "violation", False)]


def test_a_slip_in_a_code_is_told_with_the_code_that_was_meant() -> None:
    done = judged(
        ':b a :Box ; dct:title "B"@nb ; :owner id:town ; :tag <https://example.org/list/gren> .'
    )
    assert brief(done) == [("Box-tag", "violation", False)]
    assert "https://example.org/list/green" in done.findings[0].fix["en"]
    done = judged(
        ':b a :Box ; dct:title "B"@nb ; :owner id:town ; :tag <https://example.org/list/x> .'
    )
    assert brief(done) == [("Box-tag", "info", True)]


def test_one_fault_is_told_once() -> None:
    """A text is no body and no thing; an unreadable number is no number, and has no form."""
    done = judged(':b a :Box ; dct:title "B"@nb ; :owner "Byen" ; :code "to" .')
    assert [f.rule.removeprefix(SHAPE) for f in done.findings] == ["Box-code", "Box-owner"]
    assert {f.value.value for f in done.findings if f.value} == {"Byen", "to"}
    done = judged(':b a :Box ; dct:title "B"@nb .')
    assert brief(done) == [("Box-owner-least", "warning", False)]


@pytest.mark.parametrize("case", cases("shapes"), ids=lambda case: case.name)
def test_no_two_findings_are_about_one_thing_that_is_wrong(case: object) -> None:
    """The law, on every case of our own shapes: one value, one property that lacks, one finding."""
    folder = case.folder  # type: ignore[attr-defined]
    text = (folder / "given.ttl").read_bytes()
    quads = tuple(rdf.skolemise(rdf.parse(text)))
    sent = Submission("given.ttl", "ttl", text, "", quads, Places("given.ttl"))
    done = examine(sent, Settings(store=Path(MEMORY)), _lists().query)
    values = Counter((f.focus, f.path, f.value) for f in done.findings if f.value is not None)
    sorts = {key: n for key, n in values.items() if n > 1}
    lacks = Counter((f.focus, f.path) for f in done.findings if f.value is None and f.count == 0)
    assert not {key: n for key, n in lacks.items() if n > 1}
    assert all(n <= 2 for n in sorts.values()), sorts


_LISTS: list[Store] = []


def _lists() -> Store:
    if not _LISTS:
        store = open_store(MEMORY)
        store.apply(Change(tuple(quad for quad in rdf.skolemise(background()))))
        _LISTS.append(store)
    return _LISTS[0]


def test_a_file_that_adds_a_little_is_not_blamed_for_what_was_there() -> None:
    """:bare lacks its title already; the file mends nothing of it, and breaks something else."""
    done = judged(':bare :code "x" .')
    assert brief(done) == [("Box-code", "violation", False)]
    assert done.earlier == 2
    done = judged(":bare a :Box ; :code 1 .")
    assert [f.rule.removeprefix(SHAPE) for f in done.findings] == ["Box-title", "Box-owner-least"]
    assert done.earlier == 0


def test_values_replace_those_held_and_an_empty_cell_removes() -> None:
    box, title = iri(LGID + "thing/box"), iri(DCT + "title")
    assert judged("id:box :code 2 .").findings == ()
    sent = submission("id:box :code 2 .", frozenset({(box, title)}))
    done = examine(sent, Settings(store=Path(MEMORY)), holding().query, on=GROUND)
    assert brief(done) == [("Box-title", "violation", False)]
    done = judged("id:box a :Box ; :code 2 .", complete=True)
    assert {rule for rule, _, _ in brief(done)} == {"Box-title", "Box-owner-least"}


def test_a_change_that_breaks_another_thing_is_found_there() -> None:
    """The town is no body any more; the box that it owned is judged again."""
    done = judged("id:town a :Lid .")
    assert [(f.rule.removeprefix(SHAPE), f.focus) for f in done.findings] == [
        ("Box-owner", LGID + "thing/box")
    ]
    # The file does not name the box, but what it makes of the town stands in it.
    assert done.findings[0].place == Place("box.ttl", 2)


def test_a_finding_knows_place_kind_and_number() -> None:
    done = judged(':b a :Box ; dct:title "B"@nb ; :owner id:town ; :code 1, 2 .')
    [fault] = done.findings
    assert fault.place == Place("box.ttl", 2)
    assert fault.source == "box.ttl"
    assert fault.kind == "https://example.org/Box"
    assert fault.kind_label == {"nb": "eske"}
    assert fault.count == 2
    assert fault.expected["nb"] == "høyst 1"
    assert fault.label == {"nb": "B"}
    [fault] = judged(':b a :Box ; dct:title "B"@nb ; :owner id:town ; :code "x" .').findings
    assert fault.place == Place("box.ttl", 3)
    assert fault.expected["nn"] == "eit heilt tal"


def test_unknown_fields_and_kinds_are_doubted_once_each() -> None:
    text = 'id:a lg:color "x" . id:b lg:color "y" ; a lg:Colour .'
    found = judged(text).findings
    assert [(f.rule.removeprefix(SHAPE), f.severity, f.count) for f in found] == [
        ("unknown-field", "warning", 2),
        ("unknown-kind", "warning", 1),
    ]
    assert "lg:colour" in found[0].fix["nb"]
    assert found[1].example is None
    # A term of somebody else's is doubted only when it is all but the same as one that is known.
    assert judged("id:a dct:extent 2 .").findings == ()


def test_what_the_reader_found_is_told_and_not_judged_again() -> None:
    spot = Finding(
        SHAPE + "cell", "violation", "https://example.org/b", {"nb": "?"}, path=DCT + "title"
    )
    sent = submission(":b a :Box ; :owner id:town .")
    sent = Submission(
        sent.name, "csv", b"", "", sent.quads, sent.places, frozenset(), (spot,), sent.remarks
    )
    done = examine(sent, Settings(store=Path(MEMORY)), holding().query, on=GROUND)
    assert [f.rule for f in done.findings] == [SHAPE + "cell"]


def test_the_store_is_never_changed() -> None:
    store = holding()
    before = store.query("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o").rows
    judged(BOX.format(owner='"x"'), store=store)
    assert store.query("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o").rows == before


# -- added shape files ------------------------------------------------------------------------


def added(tmp_path: Path, text: str, name: str = "more.ttl") -> Path:
    path = tmp_path / name
    path.write_text(HEAD + text, "utf-8")
    return path


def test_an_added_file_of_rules_has_findings_of_its_own_in_three_languages(tmp_path: Path) -> None:
    """What our own rules tell already is counted and not repeated."""
    path = added(
        tmp_path,
        ":S a sh:NodeShape ; sh:targetClass :Box ; sh:property :S-1, :S-2, :S-3 .\n"
        ":S-1 a sh:PropertyShape ; sh:path :weight ; sh:minCount 1 .\n"
        ":S-2 a sh:PropertyShape ; sh:path dct:title ; sh:minCount 1 .\n"
        ":S-3 a sh:PropertyShape ; sh:path :maker ; sh:class :Body .\n",
    )
    done = judged(":b a :Box ; :owner id:town ; :maker <https://elsewhere.example.org/m> .", path)
    tiers = {f.rule.rpartition("/")[2]: f for f in done.findings if f.tier}
    assert set(tiers) == {"S-1", "S-3"}
    assert all(f.tier == str(path) for f in tiers.values())
    assert tiers["S-1"].severity == "violation"
    assert not tiers["S-1"].outside
    assert tiers["S-3"].outside
    assert set(tiers["S-1"].message) == set(LANGUAGES) == set(tiers["S-1"].fix)
    assert tiers["S-1"].fix["nb"] == "Rett «https://example.org/weight». Regelen venter: minst 1."
    assert done.repeated == 1
    assert done.tiers == (str(path),)


def test_a_foreign_shape_does_not_fire_by_our_vocabulary(tmp_path: Path) -> None:
    """An office is a body to us; a foreign rule for bodies is not about an office."""
    path = added(tmp_path, ":S sh:targetClass :Body ; sh:property [ sh:path :x ; sh:minCount 1 ] .")
    assert judged(":o a :Office .", path).findings == ()
    assert len(judged(":o a :Body .", path).findings) == 1


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        (":S a sh:NodeShape ; sh:targetClass :Box ; sh:property [ sh:path", "unreadable", 11),
        (
            ":S a sh:NodeShape ; sh:targetClass :Box ;\n"
            "  sh:property [ sh:path dct:title ; sh:severity sh:Voilation ; sh:minCount 1 ] .",
            "severity",
            12,
        ),
        (
            ":T sh:targetClass :Lid ; sh:property [ sh:path :on ; sh:class :Box ] .\n"
            ":S sh:targetClass lg:Box ; sh:property [ sh:path :x ; sh:minCount 1 ] .",
            "elsewhere",
            12,
        ),
        (
            "\n:S a sh:NodeShape ; sh:targetClass xsd:string ; sh:property [ sh:path :x ] .",
            "literal",
            12,
        ),
        ("\n\n:S a sh:NodeShape ; sh:property [ sh:path :x ; sh:minCount 1 ] .", "idle", 13),
        (
            ":T sh:targetClass :Lid .\n:S a sh:NodeShape ; sh:targetClass :Box ; sh:pattern [ ] .",
            "broken",
            12,
        ),
    ],
)
def test_a_broken_file_of_rules_is_its_own_fault_with_its_line(
    tmp_path: Path, text: str, key: str, line: int
) -> None:
    path = added(tmp_path, text)
    done = judged(BOX.format(owner="id:town"), path)
    [fault] = done.findings
    assert fault.rule == f"{SHAPE}shape-file-{key}"
    assert fault.focus == fault.tier == str(path)
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (str(path), line)
    assert set(fault.message) == set(LANGUAGES)
    assert not done.fails("info")


def test_an_unknown_severity_still_counts(tmp_path: Path) -> None:
    path = added(
        tmp_path,
        ":S a sh:NodeShape ; sh:targetClass :Box ;"
        "  sh:property [ sh:path :x ; sh:severity sh:Voilation ; sh:minCount 1 ] .",
    )
    done = judged(BOX.format(owner="id:town"), path)
    assert [f.severity for f in done.findings if f.path == "https://example.org/x"] == ["violation"]


def test_a_file_of_rules_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        read_tier(tmp_path / "none.ttl")


# -- the catalogue view -----------------------------------------------------------------------

ADDRESS = "https://data.norge.no/organizations/987654321"
CATALOGUE = f"""
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix cpsvno: <https://data.norge.no/vocabulary/cpsvno#> .
@prefix cv: <http://data.europa.eu/m8g/> .
:s a cpsv:PublicService ; cv:hasCompetentAuthority <{ADDRESS}> ; cv:isGroupedBy id:event .
"""


def test_what_is_judged_is_the_file_with_its_view() -> None:
    """A body is known by its number, and a service by the event that groups it."""
    shapes = """
    @prefix cpsv: <http://purl.org/vocab/cpsv#> .
    @prefix cpsvno: <https://data.norge.no/vocabulary/cpsvno#> .
    @prefix cv: <http://data.europa.eu/m8g/> .
    shape:S sh:targetClass cpsv:PublicService ; sh:property
      [ sh:path cv:hasCompetentAuthority ; sh:class :Body ; sh:maxCount 1 ],
      [ sh:path [ sh:inversePath cpsvno:mayTriggerNeedFor ] ; sh:minCount 1 ] .
    shape:E sh:targetClass cv:LifeEvent ; sh:property
      [ sh:path cpsvno:mayTriggerNeedFor ; sh:minCount 2 ] .
    """
    held = """
    @prefix cpsvno: <https://data.norge.no/vocabulary/cpsvno#> .
    @prefix cv: <http://data.europa.eu/m8g/> .
    id:town a :Office ; dct:identifier "987654321" .
    id:event a cv:LifeEvent ; cpsvno:mayTriggerNeedFor :older .
    """
    on = Ground(Rulebook(triples(shapes)), (), tuple(triples(WORDS)))
    settings = Settings(store=Path(MEMORY))
    sent = submission(CATALOGUE)
    done = examine(sent, settings, holding(held).query, on=on)
    assert done.findings == ()
    assert ("examine.view", {"n": 2}) in [(r.key, dict(r.params)) for r in done.remarks]
    # The source is as it was handed in.
    assert any(quad[2] == iri(ADDRESS) for quad in sent.quads)
    # Without the body the address lies outside; the event lacks nothing that it had before.
    done = examine(sent, settings, holding(held.replace("987654321", "987654322")).query, on=on)
    assert [(f.severity, f.outside) for f in done.findings] == [("info", True)]


def test_the_ground_is_read_once_and_anew_when_a_file_changes(tmp_path: Path) -> None:
    for name in ("ontology", "shapes/checks", "queries"):
        (tmp_path / name).mkdir(parents=True)
    shapes = tmp_path / "shapes" / "box.ttl"
    shapes.write_text(HEAD + "shape:Box sh:targetClass :Box .", "utf-8")
    first = ground(tmp_path)
    assert ground(tmp_path) is first
    shapes.write_text(HEAD + "shape:Box sh:targetClass :Box, :Crate .", "utf-8")
    second = ground(tmp_path)
    assert second is not first
    assert second.rules.classes == {"https://example.org/Box", "https://example.org/Crate"}
