"""Headers are read strictly; binding changes what VALUES hold and nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import assets, sparql, terms
from graph.errors import BadDate, BadValue, FileUnreadable, HeaderError, TooLow, UnknownName
from graph.query import MAKERS, Query, bind, defaults, load, load_all, today
from graph.store import MEMORY, open_store

HEADER = """\
#+ title.nb = "Tittel"
#+ title.en = "Title"
#+ why.nb = "Derfor"
#+ why.en = "Therefore"
#+ [parameters.thing]
#+ type = "iri"
#+ label = { nb = "Ting", en = "Thing" }
#+ [parameters.date]
#+ type = "date"
#+ default = "today"
#+ label = { nb = "Dato", en = "Date" }
#+ [columns]
#+ thing = { nb = "Ting", en = "Thing" }
#+ date = { nb = "Dato", en = "Date" }
"""
BODY = """\
PREFIX ex: <https://example.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
# VALUES ?thing { ex:in-a-comment }
SELECT ?thing ?date WHERE {
  VALUES ?thing { UNDEF }
  VALUES ?date { "2025-01-01"^^xsd:date }
  ?thing a ex:Thing .
  OPTIONAL { ?thing ex:note "VALUES ?thing { UNDEF }" }
  MINUS {
    VALUES ?date { "2025-01-01"^^xsd:date }
    ?thing ex:gone ?gone .
    FILTER(?gone < ?date)
  }
}
ORDER BY ?thing
"""


def _write(folder: Path, text: str, place: str = "questions/things.rq") -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def query(tmp_path: Path) -> Query:
    return load(_write(tmp_path, HEADER + BODY))


def test_reads_header(query: Query) -> None:
    assert (query.name, query.kind, query.layer) == ("things", "questions", None)
    assert query.title == {"nb": "Tittel", "en": "Title"}
    assert list(query.columns) == ["thing", "date"]
    assert query.parameters["thing"].default is None
    assert query.parameters["date"].default == terms.date("2025-01-01")
    assert query.parameters["date"].today


def test_text_is_the_file_byte_for_byte(query: Query) -> None:
    assert query.text == query.path.read_text("utf-8")
    assert bind(query, {}) == query.text


def test_bind_replaces_every_values_of_the_variable_and_nothing_else(query: Query) -> None:
    bound = bind(query, {"date": terms.date("2024-02-29")})
    wanted = '{ "2024-02-29"^^<http://www.w3.org/2001/XMLSchema#date> }'
    assert bound == query.text.replace('{ "2025-01-01"^^xsd:date }', wanted)
    thing = bind(query, {"thing": terms.iri("https://example.org/a")})
    assert thing.count("<https://example.org/a>") == 1
    assert '"VALUES ?thing { UNDEF }"' in thing
    assert "{ ex:in-a-comment }" in thing


def test_any_may_be_bound_but_not_to_a_date(query: Query) -> None:
    assert bind(query, {"thing": None}) == query.text
    with pytest.raises(BadValue):
        bind(query, {"date": None})


@given(st.text())
def test_a_bound_string_comes_back_as_it_was(value: str) -> None:
    text = (
        '#+ title = { nb = "T", en = "T" }\n#+ why = { nb = "T", en = "T" }\n'
        '#+ parameters.s = { type = "string", label = { nb = "T", en = "T" } }\n'
        '#+ columns.s = { nb = "T", en = "T" }\n'
        'SELECT ?s WHERE { VALUES ?s { "" } } ORDER BY ?s\n'
    )
    path = Path("questions/string.rq")
    from graph.query.read import _Reader

    query = _Reader(path, text).read()
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    bound = bind(query, {"s": query.parameters["s"].read(value)})
    rows = open_store(MEMORY).query(bound)
    assert [row[0].value for row in rows if row[0] is not None] == [value]


def test_bind_refuses_unknown_names_and_other_types(query: Query) -> None:
    with pytest.raises(UnknownName) as unknown:
        bind(query, {"thin": None})
    assert unknown.value.suggestions == ("thing",)
    with pytest.raises(BadValue):
        bind(query, {"thing": terms.literal("x")})
    with pytest.raises(BadValue):
        bind(query, {"date": terms.literal("2025-02-30", terms.XSD + "date")})


def test_defaults_are_the_day_in_oslo(query: Query) -> None:
    day = datetime.date(2025, 6, 1)
    assert defaults(query, day) == {"date": terms.date(day)}
    assert abs((today() - datetime.datetime.now(datetime.UTC).date()).days) <= 1


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "-7", "-7"),
        ("boolean", "True", "true"),
        ("string", 'a "b"', 'a "b"'),
        ("iri", "lgid:county/03", "https://w3id.org/livsgraf/id/county/03"),
        ("iri", "https://example.org/a", "https://example.org/a"),
        ("date", "2024-12-31", "2024-12-31"),
    ],
)
def test_parameter_reads_what_people_write(kind: str, text: str, value: str) -> None:
    from graph.query import Parameter

    parameter = Parameter("p", kind, {})
    term = parameter.read(text)
    assert term.value == value
    assert parameter.accepts(term)


def test_parameter_refuses_what_is_not_of_its_type() -> None:
    from graph.query import Parameter

    refused = [("boolean", "ja"), ("iri", "no scheme")]
    refused += [("integer", text) for text in ("many", "1_0", "1.5", "٣", "9" * 19, "9" * 5000, "")]
    for kind, text in refused:
        with pytest.raises(BadValue):
            Parameter("p", kind, {}).read(text)
    with pytest.raises(BadDate):
        Parameter("p", "date", {}).read("2025-02-30")


def test_a_number_may_have_a_least() -> None:
    from graph.query import Parameter

    parameter = Parameter("n", "integer", {}, minimum=0)
    assert parameter.read("0").value == "0"
    assert not parameter.accepts(terms.literal(-1))
    with pytest.raises(TooLow) as error:
        parameter.read("-1")
    assert error.value.minimum == 0


GAP = """\
#+ title = { nb = "T", en = "T" }
#+ why = { nb = "T", en = "T" }
#+ remedy = { nb = "T", en = "T" }
#+ severity = "warning"
#+ unit = "thing"
#+ eif = ["Rec26"]
#+ [columns]
#+ focus = { nb = "T", en = "T" }
#+ certainty = { nb = "T", en = "T" }
#+ event = { nb = "T", en = "T" }
SELECT ?focus ?certainty ?event WHERE { ?focus a ?certainty , ?event } ORDER BY ?focus
"""
RULE = '#+ title = { nb = "T", en = "T" }\n#+ why = { nb = "T", en = "T" }\n'
CHECK = """\
#+ title = { nb = "T", en = "T" }
#+ why = { nb = "T", en = "T" }
#+ remedy = { nb = "T", en = "T" }
#+ layer = "semantic"
#+ severity = "warning"
#+ shape = "https://w3id.org/livsgraf/shape#Thing-even"
#+ path = "http://purl.org/dc/terms/identifier"
#+ example = "1"
#+ see = "https://example.org/"
#+ [columns]
#+ focus = { nb = "T", en = "T" }
#+ value = { nb = "T", en = "T" }
SELECT ?focus ?value WHERE { ?focus a ?value } ORDER BY ?focus
"""
CONSTRUCT = "CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c }\n"


def test_reads_gap_and_rule(tmp_path: Path) -> None:
    gap = load(_write(tmp_path, GAP, "gaps/legal/thing.rq"))
    assert (gap.kind, gap.layer, gap.severity, gap.eif) == ("gaps", "legal", "warning", ("Rec26",))
    assert load(_write(tmp_path, RULE + CONSTRUCT, "rules/010-thing.rq")).kind == "rules"


def test_reads_a_check(tmp_path: Path) -> None:
    check = load(_write(tmp_path, CHECK, "checks/even-numbers.rq"))
    assert (check.kind, check.layer, check.severity) == ("checks", "semantic", "warning")
    assert check.shape == "https://w3id.org/livsgraf/shape#Thing-even"
    assert check.result_path == "http://purl.org/dc/terms/identifier"
    assert (check.example, check.see) == ("1", ("https://example.org/",))


def _check(old: str, new: str) -> tuple[str, str]:
    assert old in CHECK
    return "checks/even-numbers.rq", CHECK.replace(old, new)


def _question(old: str, new: str) -> tuple[str, str]:
    text = HEADER + BODY
    assert old in text
    return "questions/things.rq", text.replace(old, new)


def _gap(old: str, new: str) -> tuple[str, str]:
    assert old in GAP
    return "gaps/legal/thing.rq", GAP.replace(old, new)


@pytest.mark.parametrize(
    ("place_and_text", "line", "reason"),
    [
        (_question("#+ why.nb", "#+ wy.nb"), 3, "unknown key 'wy'"),
        (_question("#+ title.en", "#+ title.de"), 2, "unknown language 'de'"),
        (_question('#+ title.en = "Title"\n', ""), 1, "title.en is missing"),
        (_question('"Therefore"', '" "'), 4, "why.en is empty"),
        (_question('#+ why.nb = "Derfor"', "#+ why.nb = Derfor"), 3, "Invalid value"),
        (_question("SELECT ?thing ?date", "SELECT ?thing"), 14, "'date' is not selected"),
        (_question("SELECT ?thing ?date", "SELECT ?thing ?date ?x"), 18, "?x has no title"),
        (_question("SELECT ?thing ?date", "SELECT *"), 18, "names no columns"),
        (_question("VALUES ?thing { UNDEF }\n  V", "V"), 5, "?thing has no VALUES"),
        (
            _question("VALUES ?thing { UNDEF }\n  V", "VALUES ?thing { ex:a ex:b } V"),
            19,
            "one term",
        ),
        (
            _question('MINUS {\n    VALUES ?date { "2025', 'MINUS {\n    VALUES ?date { "2024'),
            24,
            "differs",
        ),
        (_question('"2025-01-01"^^xsd:date }\n  ?', "UNDEF }\n  ?"), 24, "differs"),
        (_question('default = "today"', "default = 7"), 10, "only for dates"),
        (_question('type = "iri"', 'type = "uri"'), 6, "type 'uri'"),
        (_question('type = "iri"', 'type = "iri"\n#+ minimum = 1'), 7, "minimum is a whole number"),
        (_question("?thing a ex", "VALUES ?x { UNDEF } ?thing a ex"), 21, "for no parameter"),
        (_question("ORDER BY ?thing\n", "ORDER BY ?thing }\n"), 29, "without its {"),
        (_question("SELECT ?thing ?date WHERE", "ASK"), 18, "SELECT queries only"),
        (_question("SELECT ?thing", "#+ late = 1\nSELECT ?thing"), 18, "below the header"),
        (
            _gap("?focus ?certainty ?event WHERE", "?certainty ?focus ?event WHERE"),
            11,
            "first column",
        ),
        (_gap('unit = "thing"', 'unit = "need"'), 11, "column ?provider"),
        (_gap('"Rec26"', '"26"'), 6, "no recommendation"),
        (_gap('severity = "warning"', 'severity = "fatal"'), 4, "severity 'fatal'"),
        (_gap('#+ unit = "thing"', '#+ unit = "thing"\n#+ layer = "technical"'), 6, "in a folder"),
        (
            _gap('#+ unit = "thing"', '#+ unit = "thing"\n#+ shape = "x:y"'),
            6,
            "unknown key 'shape'",
        ),
        (_check('#+ layer = "semantic"\n', ""), 1, "'layer' is missing"),
        (_check('severity = "warning"', 'severity = "fatal"'), 5, "severity 'fatal'"),
        (_check("livsgraf/shape#", "other/shape#"), 6, "is not in https"),
        (_check("shape#Thing-even", "shape#"), 6, "is not in https"),
        (_check('path = "http:', 'path = "<http:'), 7, "not an absolute IRI"),
        (_check('path = "http:', 'path = ["a:b", "a:c"] #'), 7, "not one IRI"),
        (_check('example = "1"', "example = 1"), 8, "example is not a text"),
        (_check('see = "https:', 'see = "ht tps:'), 9, "not an absolute IRI"),
        (_check("?focus ?value WHERE", "?value ?focus WHERE"), 13, "columns of a check"),
        (_check("SELECT ?focus ?value", "ASK"), 13, "SELECT queries only"),
        (("gaps/lgal/thing.rq", GAP), 1, "'lgal'"),
        (("questions/Thing_1.rq", HEADER + BODY), 1, "file name"),
        (("other/thing.rq", HEADER + BODY), 1, "no kind"),
        (("questions/thing.rq", BODY), 1, "no header"),
        (("rules/010-a.rq", RULE + '#+ severity = "info"\n' + CONSTRUCT), 3, "unknown key"),
        (("rules/010-a.rq", RULE + "SELECT ?a WHERE { ?a a ?a }"), 3, "CONSTRUCT queries only"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals_name_file_and_line(
    tmp_path: Path, place_and_text: tuple[str, str], line: int, reason: str
) -> None:
    place, text = place_and_text
    path = _write(tmp_path, text, place)
    with pytest.raises(HeaderError) as refused:
        load(path)
    assert reason in refused.value.reason
    assert (refused.value.file, refused.value.line) == (str(path), line)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path, "")
    path.write_bytes(b'#+ title.nb = "\xe6"\n')
    with pytest.raises(FileUnreadable):
        load(path)


def test_two_queries_of_one_name_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, GAP, "queries/gaps/legal/thing.rq")
    _write(tmp_path, GAP, "queries/gaps/technical/thing.rq")
    with pytest.raises(HeaderError, match="taken by"):
        load_all(tmp_path)


def test_every_shipped_query_loads_and_runs_unchanged() -> None:
    queries = load_all()
    assert len(queries) == len(assets.files("queries") + assets.files("checks"))
    store = open_store(MEMORY)
    for query in queries.values():
        text = bind(query, defaults(query))
        if query.kind in MAKERS:
            assert store.construct(text, name=query.name) == []
        else:
            assert set(query.columns) == set(store.query(text).variables)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"a\\"b"', 'a"b'),
        ("'''x'y'''", "x'y"),
        ('"\\u00e6\\t"', "æ\t"),
        ('"""line\nline"""', "line\nline"),
    ],
)
def test_strings_are_read_as_sparql_reads_them(text: str, wanted: str) -> None:
    assert sparql.unquote(sparql.tokens(text)[0]) == wanted
