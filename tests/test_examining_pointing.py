"""What a file points at: known, outside, misspelt or taken away; told once, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examiningworld import GROUND, HEAD, WORDS, brief, holding, line, read, triples
from graph.closure import CLASS, Ask
from graph.config import Settings
from graph.examining import Examined, Ground, examine, ground, read_tier
from graph.examining.desk import WalledDesk
from graph.findings import Finding, Place
from graph.messages import load
from graph.store import MEMORY, Change, Store
from graph.submission import Given, Places, Submission
from graph.terms import DCT, LANGUAGES, LGID, RDF_TYPE, SHAPE, Rows, Term, iri
from graph.validate.rulebook import Rulebook

MORE = """
shape:Note sh:targetClass :Note ; sh:property shape:Note-about, shape:Note-leads, shape:Note-from,
    shape:Note-either .
shape:Note-either sh:path [ sh:alternativePath ( :either :or ) ] ; sh:class :Office ;
  sh:message "Intet kontor."@nb .
shape:Note-about sh:path :about ; sh:minCount 1 ; sh:message "Handler ikke om noe."@nb .
shape:Note-leads sh:path ( :about <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) ;
  sh:minCount 1 ; sh:message "Det den handler om, finnes ikke."@nb ; lg:fix "Rett det."@nb .
shape:Note-from sh:path :from ; sh:class :Origin ; sh:message "Ingen opphav."@nb .
shape:Origin sh:targetObjectsOf :from ; sh:property shape:Origin-title, shape:Origin-page .
shape:Origin-title sh:path dct:title ; sh:minCount 1 ; sh:message "Opphavet skal ha tittel."@nb .
shape:Origin-page sh:path :page ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Side."@nb .
shape:Job sh:targetClass :Job ; sh:property shape:Job-event, shape:Job-in .
shape:Job-event sh:path <http://data.europa.eu/m8g/isGroupedBy> ; sh:class :Event ;
  sh:message "Ingen hendelse."@nb .
shape:Job-in sh:path [ sh:alternativePath ( <http://data.europa.eu/m8g/isGroupedBy>
    [ sh:inversePath <https://data.norge.no/vocabulary/cpsvno#mayTriggerNeedFor> ] ) ] ;
  sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Hører ikke til noen hendelse."@nb .
"""
HELD = """
@prefix may: <https://data.norge.no/vocabulary/cpsvno#> .
id:town a :Office ; dct:title "Byen"@nb .
id:kilden a :Origin ; dct:title "Kilden"@nb ; :page :p .
id:bare a :Origin ; dct:title "Uten side"@nb .
id:other :from id:bare .
id:note a :Note ; dct:title "Notatet"@nb ; :about id:town ; :from id:kilden .
<https://example.org/event/birth> a :Event ; dct:title "Fødsel"@nb ;
  may:mayTriggerNeedFor id:job-1, id:job-2 .
id:job-1 a :Job ; dct:title "En"@nb . id:job-2 a :Job ; dct:title "To"@nb .
<https://example.org/list/barnetrygd> a skos:Concept ; skos:prefLabel "Barnetrygd"@nb .
<http://publications.europa.eu/resource/authority/theme/HEAL> skos:inScheme :themes .
"""
ON = Ground(Rulebook(triples(MORE)), (), tuple(triples(WORDS)))
GROUPED = "<http://data.europa.eu/m8g/isGroupedBy>"


def judge(
    text: str,
    *shapes: Path,
    on: Ground = ON,
    ask: Ask | None = None,
    emptied: Sequence[tuple[Term, Term]] = (),
    complete: bool = False,
) -> Examined:
    sent = read(text)
    if emptied:
        sent = Submission(
            sent.name, "ttl", b"", "", sent.quads, sent.places, emptied=frozenset(emptied)
        )
    tiers = [read_tier(path) for path in shapes]
    where = Settings(store=Path(MEMORY))
    asked = ask or holding(HELD).query
    return examine(sent, where, asked, tiers, on=on, complete=complete)


def one(examined: Examined) -> Finding:
    [finding] = examined.findings
    return finding


# -- 1: what nobody describes lacks nothing ---------------------------------------------------


def test_a_thing_that_nobody_describes_is_told_once_where_the_file_points_at_it() -> None:
    """Not as a wrong value, a thing without title and a thing without page."""
    done = judge(":n a :Note ; :about id:town ;\n :from id:nope .")
    assert brief(done) == [("Note-from", "violation", False)]
    fault = one(done)
    assert line(fault) == 2
    assert fault.focus == "https://example.org/n"
    assert "thing/nope" in fault.message["nb"]
    assert set(fault.message) == set(LANGUAGES)


def test_so_is_one_that_no_rule_asks_about_with_what_was_meant() -> None:
    done = judge(":x :nothing id:town ;\n :from id:klden .")
    assert brief(done) == [("unknown-reference", "violation", False)]
    fault = one(done)
    assert line(fault) == 2
    assert fault.value == iri(LGID + "thing/klden")
    assert f"«Kilden» <{LGID}thing/kilden>" in fault.fix["nn"]
    assert judge(":x :whatever id:kilden .").findings == ()
    # The file may describe it itself.
    assert judge(":x :whatever id:mine . id:mine :note 1 .").findings == ()


_NAMES = ("id:town", "id:kilden", "id:note", "id:nobody", "id:klden", ":here", ":there")
_SAID = st.lists(
    st.tuples(
        st.sampled_from([":here", ":there", "id:note", "id:new"]),
        st.sampled_from([":about", ":from", ":either", ":whatever"]),
        st.sampled_from(_NAMES),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


@settings(max_examples=120, deadline=None)
@given(said=_SAID, notes=st.sets(st.sampled_from([":here", "id:new"])))
def test_the_law_of_things_that_nobody_describes(
    said: list[tuple[str, str, str]], notes: set[str]
) -> None:
    """Nothing is said of such a thing, and at each place that points at it just one thing."""
    lines = [f"{s} {p} {o} ." for s, p, o in said] + [f"{s} a :Note ." for s in sorted(notes)]
    done = judge("\n".join(lines))
    held = {"id:town", "id:kilden", "id:note"}
    described = held | {s for s, _, _ in said} | notes
    full = {name: name.replace("id:", LGID + "thing/") for name in _NAMES}
    full |= {":here": "https://example.org/here", ":there": "https://example.org/there"}
    lost = {full[o] for _, _, o in said if o not in described}
    assert not {f.focus for f in done.findings} & lost
    ours = [(f.line, f.value.value) for f in done.findings if f.value and f.value.value in lost]
    wanted = [
        (HEAD.count("\n") + number, full[o])
        for number, (_, _, o) in enumerate(said, 1)
        if o not in described and o.startswith("id:")
    ]
    assert sorted(x for x in ours if x[1].startswith(LGID)) == sorted(wanted)
    assert len(ours) == len(set(ours))


def test_what_lies_outside_lacks_nothing_either() -> None:
    done = judge(":x :from <https://elsewhere.example.org/1> .")
    assert brief(done) == [("unknown-reference", "info", True)]
    done = judge(":n a :Note ; :about id:town ; :from <https://elsewhere.example.org/1> .")
    assert brief(done) == [("Note-from", "info", True)]


def test_what_was_derived_makes_nothing_known() -> None:
    store = holding(HELD)
    [row] = list(store.query("SELECT ?g WHERE { GRAPH ?g { ?s a <https://example.org/Note> } }"))
    assert row[0] is not None
    derived = row[0].value.rpartition("/")[0] + "/derived/r"
    store.apply(Change(((iri(LGID + "thing/ghost"), iri(DCT + "x"), iri(LGID), iri(derived)),)))
    done = judge(":x :whatever id:ghost .", ask=store.query)
    assert brief(done) == [("unknown-reference", "violation", False)]


# -- 2: a path of several steps ---------------------------------------------------------------


def test_a_path_of_several_steps_is_at_fault_where_its_first_leads_nowhere() -> None:
    done = judge(":n a :Note ;\n :from id:kilden ;\n\n :about id:twon .")
    assert brief(done) == [("Note-leads", "violation", False)]
    fault = one(done)
    assert (line(fault), fault.place and fault.place.column) == (4, 9)
    assert fault.value == iri(LGID + "thing/twon")
    assert fault.fix["nb"] == f"Mente du «Byen» <{LGID}thing/town>? Rett det."
    assert fault.expected == {}


def test_a_first_step_that_is_missing_is_told_once() -> None:
    done = judge(":n a :Note ; :from id:kilden .")
    assert brief(done) == [("Note-about", "violation", False)]


# -- 3: what the view adds --------------------------------------------------------------------


def test_a_view_of_the_file_makes_nothing_known() -> None:
    """The view says of the event that it may trigger the need; nobody describes the event."""
    done = judge(f":j a :Job ; {GROUPED} <http://elsewhere.example.org/events/1> .")
    assert brief(done) == [("Job-event", "info", True)]
    done = judge(f":j a :Job ;\n {GROUPED} <https://example.org/event/brith> .")
    assert brief(done) == [("Job-event", "violation", False)]
    assert "«Fødsel» <https://example.org/event/birth>" in one(done).fix["nb"]
    assert line(one(done)) == 2


# -- 4: added rules ---------------------------------------------------------------------------


def test_added_rules_judge_what_the_file_describes_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "more.ttl"
    path.write_text(
        "@prefix : <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        ":S a sh:NodeShape ; sh:targetClass :Event, :Job ; sh:property :S-1 .\n"
        ":S-1 a sh:PropertyShape ; sh:path :weight ; sh:minCount 1 .\n"
    )
    done = judge(f"id:job-1 {GROUPED} <https://example.org/event/birth> .", path)
    assert [(f.focus, f.outside) for f in done.findings] == [(LGID + "thing/job-1", False)]


# -- 5: what the file makes of other things ---------------------------------------------------


def test_a_thing_that_the_file_leaves_out_is_told_where_it_was_left_out() -> None:
    done = judge(
        ":x :y 1 .\n<https://example.org/event/birth>\n"
        " <https://data.norge.no/vocabulary/cpsvno#mayTriggerNeedFor> id:job-1 ."
    )
    assert brief(done) == [("Job-in", "warning", False)]
    assert one(done).focus == LGID + "thing/job-2"
    assert line(one(done)) == 3
    assert one(done).source == "box.ttl"


@pytest.mark.parametrize("step", ["from", "about"])
def test_what_is_taken_away_while_others_point_at_it_is_said_so(step: str) -> None:
    thing = iri(LGID + ("thing/kilden" if step == "from" else "thing/town"))
    done = judge(":x :y 1 .", emptied=[(thing, RDF_TYPE)])
    fault = one(done)
    assert fault.focus == LGID + "thing/note"
    what = "Kilden" if step == "from" else "Byen"
    assert fault.message["nb"] == f"Filen tar bort «{what}», som «Notatet» viser til."
    assert fault.fix["nb"] == "Behold den, eller rett «Notatet» først."
    assert fault.place == Place("box.ttl")


def test_what_a_whole_file_takes_away_has_the_line_of_the_thing() -> None:
    done = judge(":x :y 1 .\nid:kilden :colour 1 .", complete=True)
    faults = {f.rule.removeprefix(SHAPE): f for f in done.findings}
    assert line(faults["Note-from"]) == 2
    assert "tar bort" in faults["Note-from"].message["nb"]


# -- 6: kinds and fields ----------------------------------------------------------------------


def test_what_is_of_a_misspelt_kind_is_judged_by_no_rule_and_must_be_mended() -> None:
    at = "<http://purl.org/vocab/cpsv#{}>"
    done = judge(f":s\n a {at.format('PublicServce')} .", on=ground())
    assert brief(done) == [("unknown-kind", "violation", False)]
    assert line(one(done)) == 2
    assert one(done).example == "cpsv:PublicService"
    assert "Én ting" in one(done).message["nb"]
    assert done.fails()
    assert judge(f":s a {at.format('SomethingElse')} .", on=ground()).findings == ()


@pytest.mark.parametrize(("field", "near"), [("titel", "title"), ("langauge", "language")])
def test_a_misspelt_field_is_a_warning(field: str, near: str) -> None:
    done = judge(f":s dct:{field} 1 .", on=ground())
    assert brief(done) == [("unknown-field", "warning", False)]
    assert one(done).example == f"dct:{near}"
    assert "én gang" in one(done).message["nb"]


# -- 7: codes ---------------------------------------------------------------------------------


def test_a_code_that_its_list_does_not_hold_is_told_whatever_property_has_it() -> None:
    done = judge(":x :y 1 ;\n dct:subject <https://example.org/list/barnetryg> .")
    assert brief(done) == [("unknown-code", "warning", False)]
    assert line(one(done)) == 2
    assert "«Barnetrygd» <https://example.org/list/barnetrygd>" in one(done).fix["en"].replace(
        "“", "«"
    ).replace("”", "»")
    done = judge(":x :y <https://example.org/list/skatt> .")
    assert brief(done) == [("unknown-code", "info", True)]
    assert "Mente" not in one(done).fix["nb"]
    # Of other namespaces nobody here knows a list.
    assert judge(":x :y <https://example.org/other/barnetryg> .").findings == ()
    assert judge(":x :y <https://example.org/list/barnetrygd> .").findings == ()


def test_codes_cost_no_more_questions_however_many_they_are() -> None:
    store = holding(HELD)
    counts = []
    for codes in (1, 30):
        asked: list[str] = []

        def ask(text: str, store: Store = store, asked: list[str] = asked) -> Rows:
            asked.append(text)
            return store.query(text)

        objects = ", ".join(f"<https://example.org/list{n}/{n}>" for n in range(codes))
        assert judge(f":x :y {objects} .", ask=ask).findings == ()
        counts.append(len(asked))
    assert counts[0] == counts[1]


# -- 9: names in tables -----------------------------------------------------------------------


def test_in_a_table_the_name_is_what_one_writes() -> None:
    sent = read(":x :whatever id:klden .")
    row = Submission("box.csv", "csv", b"", "", sent.quads, Places("box.csv"))
    done = examine(row, Settings(store=Path(MEMORY)), holding(HELD).query, on=ON)
    assert one(done).fix["nb"].startswith("Mente du «Kilden»? ")


# -- 10: words --------------------------------------------------------------------------------


def test_every_kind_that_a_rule_asks_for_has_a_name_in_three_languages() -> None:
    base = ground()
    asked = {kind for said in base.rules.said.values() for kind in said.get(CLASS, ())}
    assert len(asked) >= 20
    assert {kind.value for kind in asked if not set(LANGUAGES) <= base.names[kind].keys()} == set()


def test_a_new_file_is_told_of_nothing_that_was_there() -> None:
    """Its source lacks a page already, and that is no matter of the file's."""
    done = judge(":n a :Note ; :about id:town ; :from id:bare .")
    assert (done.findings, done.earlier) == ((), 0)


def test_of_one_thing_the_words_are_singular() -> None:
    done = judge(f":j a :Job ; {GROUPED} <https://example.org/event/birth> .")
    # To name one's event is our way too, and nothing to remark on.
    assert done.remarks == ()
    for lang in LANGUAGES:
        texts = load(lang)
        singular = [key for key in texts if key.endswith("_one")]
        assert "{n}" not in "".join(texts[key] for key in singular if key.startswith("examine."))
        assert {key.removesuffix("_one") for key in singular} <= set(texts)


def test_bokmal_calls_a_file_by_one_word() -> None:
    texts = load("nb")
    wrong = [key for key, text in texts.items() if "fila" in text.lower().split()]
    assert wrong == []
    assert not [key for key in texts if "regelfila" in texts[key].lower()]


# -- 11: files of rules -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unusable"),
    [
        (":S a sh:NodeShape ; sh:targetClass :Job", True),
        (":S a sh:NodeShape ; sh:targetClass :Nobody ; sh:pattern [ ] .", True),
        (
            ":S a sh:NodeShape ; sh:targetClass :Nobody ; sh:pattern [ ] ."
            " :T a sh:NodeShape ; sh:targetClass :Nobody .",
            False,
        ),
        (":S a sh:NodeShape ; sh:targetClass :Nobody ; sh:nodeKind sh:IRI .", False),
        ("", False),
    ],
)
def test_a_file_of_rules_that_nothing_can_be_judged_by_is_named(
    tmp_path: Path, text: str, unusable: bool
) -> None:
    path = tmp_path / "more.ttl"
    path.write_text(
        "@prefix : <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n" + text
    )
    done = judge(":x :y 1 .", path)
    assert done.unusable == ((str(path),) if unusable else ())
    assert not done.fails("info")
    keys = [remark.key for remark in done.remarks]
    assert keys == (["tier.empty"] if not text else [])


def test_what_takes_too_long_is_named_with_the_rules_that_it_was_judged_by() -> None:
    named: list[str] = []

    class Slow:
        def call(self, function: str, asked: object, file: str) -> None:  # noqa: ARG002
            named.append(file)

    desk = object.__new__(WalledDesk)
    desk._worker = Slow()  # type: ignore[assignment]
    given = Given(b"", "a.ttl", "ttl")
    desk.look_at([given], [Path("more.ttl")])
    desk.look_at([given])
    desk.read(given)
    desk.judge([Path("more.ttl")])
    assert named == ["a.ttl, more.ttl", "a.ttl", "a.ttl", "a.ttl, more.ttl"]


# -- 12: what was written ---------------------------------------------------------------------


def test_a_value_that_the_view_wrote_anew_is_told_as_it_stands() -> None:
    code = "https://publications.europa.eu/resource/authority/theme/"
    done = judge(f":x :y 1 ;\n :theme <{code}HEAL_> .")
    assert brief(done) == [("unknown-code", "warning", False)]
    assert one(done).value == iri(code + "HEAL_")
    assert code in one(done).message["nb"]
    assert line(one(done)) == 2
    shapes = "shape:T sh:targetSubjectsOf :theme ; sh:property shape:T-1 ."
    shapes += "shape:T-1 sh:path :theme ; sh:class :Theme ."
    on = Ground(Rulebook(triples(shapes)), (), GROUND.vocabulary)
    done = judge(f":x :y 1 ;\n :theme <{code}TRAN> .", on=on)
    notice = one(done)
    assert notice.outside
    assert notice.value == iri(code + "TRAN")
    assert code in notice.message["nb"]
    assert line(notice) == 2
    # What it means is known, so nothing is wrong.
    assert judge(f":x :theme <{code}HEAL> .").findings == ()
