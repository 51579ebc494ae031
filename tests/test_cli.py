"""The command line: what it answers, how it refuses, and what it leaves unloaded."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import smallproject
from graph import messages
from graph.cli import main
from graph.terms import LANGUAGES
from smallproject import Line

HEAVY = (
    "rdflib",
    "pyshacl",
    "fastapi",
    "networkx",
    "openpyxl",
    "SPARQLWrapper",
    "pydantic",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with one store for all the tests that only read."""
    top = tmp_path_factory.mktemp("small")
    smallproject.make(top / "project")
    with pytest.MonkeyPatch.context() as patch:
        line = smallproject.on(patch, top / "project", top / "store")
        assert line.run("build").status == 0
    return top


@pytest.fixture
def line(built: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    return smallproject.on(monkeypatch, built / "project", built / "store")


# -- data on one stream, talk on the other --------------------------------------------------


def test_rows_are_json_lines_in_a_pipe_and_a_table_on_a_terminal(line: Line) -> None:
    piped = line.run("query", "who-wishes", "--body", "skog")
    assert json.loads(piped.out)["wishLabel"] == "Begravelse: sted"
    shown = line.run("query", "who-wishes", "--body", "skog", terminal=True)
    assert "Begravelse: sted" in shown.out
    assert "https://" not in shown.out


def test_every_format_writes_the_rows(line: Line) -> None:
    for output in ("table", "json", "jsonl", "csv", "md", "ttl"):
        ran = line.run("query", "who-wishes", "--format", output)
        assert ran.status == 0
        assert "Begravelse" in ran.out


def test_days_are_said_beside_the_data_and_not_in_it(line: Line) -> None:
    ran = line.run("gaps", "--format", "csv")
    assert "Spurt om 2025-05-01. Dataene er fra 2025-06-01." in ran.err
    assert next(csv.reader(io.StringIO(ran.out)))[0] == "id"
    later = line.run("gaps", "--format", "csv", "--date", "2026-01-01")
    assert "slik det var kjent 2025-06-01" in later.err
    shown = line.run("gaps", terminal=True)
    assert "Spurt om 2025-05-01" in shown.out


def test_no_line_for_a_terminal_is_wider_than_it(line: Line) -> None:
    for args in (["gaps"], ["describe", "skog"], ["queries", "list"], ["stats"], ["--help"]):
        ran = line.run(*args, terminal=True)
        assert max(len(text) for text in ran.out.splitlines()) <= 80, args


def test_language_and_store_may_stand_anywhere(line: Line) -> None:
    before = line.run("--lang", "en", "gaps", "--summary", "--format", "md")
    after = line.run("gaps", "--summary", "--format", "md", "--lang=en")
    assert before == after
    assert "Life event" in after.out


# -- query ----------------------------------------------------------------------------------


def test_a_name_is_a_name_and_braces_are_sparql(line: Line, tmp_path: Path) -> None:
    text = "SELECT ?s WHERE { ?s a <https://example.org/Tie> }"
    told = json.loads(line.run("query", text).out)["sLabel"]
    assert told == "ønskes av Skogvesenet (Skog), spør Fjelltilsynet"
    file = tmp_path / "own.rq"
    file.write_text(text, "utf-8")
    assert line.run("query", "-f", str(file)).out == line.run("query", text).out


def test_a_construct_gives_triples(line: Line) -> None:
    ran = line.run(
        "query",
        "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c FILTER(?c = <https://example.org/Tie>) }",
        "--format",
        "ttl",
    )
    assert "tie:1" in ran.out
    rule = line.run("query", "010-asked", "--format", "csv")
    assert rule.out.startswith("subject,")


def test_things_are_named_in_any_way(line: Line) -> None:
    words = ("skog", "Skog", "910000001", "910 000 001", "Skogvesenet", "skogvesenet (skog)")
    words += ("body/1", "lgid:body/1", "https://w3id.org/livsgraf/id/body/1")
    answers = {line.run("query", "who-wishes", "--body", word).out for word in words}
    assert len(answers) == 1
    assert line.run("query", "who-wishes", "-p", "organ=skog").out in answers


def test_an_ask_is_answered(line: Line) -> None:
    assert json.loads(line.run("query", "ASK { ?s ?p ?o }").out) == {"answer": True}


# -- bad input: status 2, what is wrong, where, how to mend it --------------------------------


def test_bad_input_is_refused_with_words(line: Line, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix ex: <https://example.org/> .\nex:a ex:b ex:c ex:d .\n", "utf-8")
    latin = tmp_path / "latin.ttl"
    latin.write_bytes('<urn:a> <urn:b> "blåbær" .\n'.encode("latin-1"))
    other = tmp_path / "notes.txt"
    other.write_text("hei", "utf-8")
    cases: list[tuple[Sequence[str], Sequence[str]]] = [
        (["validate", str(broken)], ["broken.ttl, linje 2", "^", "Rett filen"]),
        (["validate", str(latin)], ["latin.ttl, linje 1", "UTF-8"]),
        (["validate", str(tmp_path / "none.ttl")], ["none.ttl kan ikke leses"]),
        (["validate", str(other)], ["endelse vi ikke kjenner", ".ttl"]),
        (["gaps", "--life-event", "dodsfal"], ["Vi kjenner ikke «dodsfal»", "Dødsfall og arv"]),
        (["gaps", "--life-event", "skog"], ["Vi kjenner ikke «skog»"]),
        (["gaps", "--date", "2025-02-30"], ["«2025-02-30» er ingen dato", "2025-03-01"]),
        (["gaps", "--date", "i går"], ["er ingen dato"]),
        (["gaps", "--layer", "himmel"], ["--layer", "organisational"]),
        (["gaps", "--query", "wishes"], ["Mente du wishes-unmet"]),
        (["gaps", "--lifeevent", "x"], ["Valget --lifeevent finnes ikke", "--life-event"]),
        (["gaps", "--life-event"], ["--life-event trenger en verdi"]),
        (["query", "who-wish"], ["ingen spørring", "who-wishes"]),
        (["query", "who-wishes", "-p", "kropp"], ["navn=verdi"]),
        (["query", "who-wishes", "-p", "bod=skog"], ["parameter som heter «bod»", "body"]),
        (["query"], ["Oppgi navnet"]),
        (["query", "who-wishes", "--format", "xml"], ["--format", "csv"]),
        (["describe", "skogvesene"], ["Mente du", "Skogvesenet"]),
        (["describe"], ["Du må oppgi NAVN"]),
        (["bygg"], ["ingen kommando som heter «bygg»"]),
        (["gaps", "--lang", "sv"], ["«sv»", "nb, nn, en"]),
        (["export", "--format", "turtle"], ["--output"]),
        (["stats", "ekstra"], ["«ekstra» er ett ord for mye"]),
    ]
    for args, wanted in cases:
        ran = line.run(*args)
        assert ran.status == 2, (args, ran)
        assert ran.out == "", args
        for text in wanted:
            assert text in ran.err, (args, ran.err)
        assert "Traceback" not in ran.err


def test_a_syntax_error_is_pointed_at(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "wrong.rq"
    file.write_text("SELECT ?s\nWHERE { ?s ?p }\n", "utf-8")
    ran = line.run("query", "-f", str(file))
    assert ran.status == 2
    shown = ran.err.splitlines()
    assert "wrong.rq, linje 2, tegn" in shown[0]
    assert shown[1] == "  WHERE { ?s ?p }"
    assert shown[2].index("^") == shown[1].index("}")
    assert "noe annet enn «}»" in shown[3]
    assert shown[4].startswith("Parserens egne ord (engelsk): ")
    assert max(len(text) for text in shown) < 200


def test_a_store_of_another_version_is_named(tmp_path: Path, line: Line) -> None:
    other = Line(line.root, tmp_path / "store")
    assert other.run("stats").status == 0
    file = other.store / "VERSION"
    said = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**said, "format": 99}), "utf-8")
    ran = other.run("stats")
    assert ran.status == 2
    assert "format 99" in ran.err
    assert f"livsgraf build --store {other.store}" in ran.err
    told = other.run("--version")
    assert told.status == 0
    assert "format 99" in told.out
    assert "ikke bygget" not in told.out
    assert other.run("build").status == 0
    assert other.run("stats").status == 0


def test_a_file_for_a_store_is_called_a_file(tmp_path: Path, line: Line) -> None:
    file = tmp_path / "letter"
    file.write_text("x", "utf-8")
    for place in (file, file / "below"):
        for command in ("stats", "build"):
            ran = Line(line.root, place).run(command)
            assert ran.status == 2
            assert f"{file} er en fil, ikke en mappe" in ran.err
        assert f"{file} er en fil" in Line(line.root, place).run("--version").out
    assert file.read_text("utf-8") == "x"


def test_a_damaged_store_is_told_and_built_again(tmp_path: Path, line: Line) -> None:
    other = Line(line.root, tmp_path / "store")
    assert other.run("build").status == 0
    for file in other.store.glob("read/*/*.sst"):
        file.write_bytes(b"xx")
    ran = other.run("stats")
    assert ran.status == 2
    assert "er skadet" in ran.err
    assert f"livsgraf build --store {other.store}" in ran.err
    assert other.run("build").status == 0
    assert other.run("stats").status == 0


def test_an_unknown_language_in_the_environment_is_refused(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVSGRAF_LANG", "xx")
    ran = line.run("stats")
    assert (ran.status, ran.out) == (2, "")
    assert "LIVSGRAF_LANG er satt til «xx»" in ran.err
    assert "nb, nn, en" in ran.err
    assert line.run("stats", "--lang", "en").status == 0
    monkeypatch.setenv("LIVSGRAF_LANG", "")
    assert line.run("stats").status == 0


def test_an_empty_name_is_no_file(line: Line) -> None:
    for args in (
        ["validate", ""],
        ["query", "-f", " "],
        ["export", "-o", ""],
        ["check", "--root="],
    ):
        ran = line.run(*args)
        assert (ran.status, ran.out) == (2, ""), args
        assert "er tomt" in ran.err


def test_what_is_not_in_place_is_not_written_by_half(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graph import export

    place = tmp_path / "all.trig"
    place.write_text("before", "utf-8")

    def fill_up(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))

    with monkeypatch.context() as patch:
        patch.setattr(export, "_trig", fill_up)
        ran = line.run("export", "-o", str(place))
    assert ran.status == 2
    assert "Disken er full" in ran.err
    assert place.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [place]
    assert line.run("export", "-o", str(place)).status == 0
    assert list(tmp_path.iterdir()) == [place]


def test_help_is_as_wide_as_reads_well(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, width in (("20", 40), ("60", 60), ("1000", 80), ("x", 80)):
        monkeypatch.setenv("COLUMNS", columns)
        shown = line.run("query", "who-wishes", "--help").out
        assert max(len(text) for text in shown.splitlines()) <= width


def test_a_value_is_blamed_by_the_option_as_it_was_typed() -> None:
    from graph.errors import TooLow
    from graph.options import Option, Word, of, read
    from graph.query import Parameter
    from graph.terms import Rows

    parameter = Parameter("n", "integer", {"en": "Older than"}, minimum=0)
    option = Option("n", ("days", "older-than", "n"), parameter)
    for word in (Word("-1", "--older-than"), Word("-1", "n"), "-1"):
        with pytest.raises(TooLow) as error:
            read(lambda _: Rows((), []), option, word)
        assert error.value.params["name"] == getattr(word, "after", "--days")
    assert of([]) == []


def test_nothing_on_the_way_to_a_terminal_steers_it(line: Line) -> None:
    ran = line.run("describe", "\x1b[31mskog\x07")
    assert ran.status == 2
    assert not [sign for sign in ran.err if sign != "\n" and not sign.isprintable()]


def test_a_place_where_we_may_not_write_is_named(tmp_path: Path, line: Line) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    ran = Line(line.root, blocked / "store").run("build")
    assert ran.status == 2
    assert str(blocked) in ran.err
    assert "Traceback" not in ran.err


def test_our_own_fault_shows_no_trace(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("det sa pang")

    monkeypatch.setattr("graph.catalog.classes", fail)
    ran = line.run("stats")
    assert ran.status == 3
    assert "det sa pang" in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setenv("LIVSGRAF_DEBUG", "1")
    with pytest.raises(RuntimeError):
        line.run("stats")


# -- validate, describe, export, version ------------------------------------------------------


def test_validate_says_what_where_and_how_to_mend(line: Line, tmp_path: Path) -> None:
    file = smallproject.write(
        tmp_path, "new.ttl", 'body:9 a ex:Body ; skos:prefLabel "Sjøvesenet"@nb .\n'
    )
    ran = line.run("validate", str(file), "--format", "table")
    assert ran.status == 1
    for text in ("Sjøvesenet", "Nummeret mangler.", "Skriv nummeret.", "new.ttl", "1 feil"):
        assert text in ran.out
    good = smallproject.write(
        tmp_path, "good.ttl", 'body:9 a ex:Body ; dct:identifier "910000008" .\n'
    )
    assert line.run("validate", str(good)).status == 0


def test_a_page_tells_both_ways_with_sources_and_gaps(line: Line) -> None:
    page = line.run("describe", "skog", "--format", "table").out
    for text in (
        "Skogvesenet (Skog)",
        "Statlig organ",
        "Passer skogen.",
        "Ligger under",
        "Ønske, ønskes av: Skogvesenet (Skog) (1)",
        "Knute, ønskes av: Skogvesenet (Skog) (1)",
        "spør Fjelltilsynet",
        "Hva dette bygger på: belegg (1)",
        "Lest i en kilde. Kilde: Skogboka 1921.",
        "Mangler, og det som ikke er rapportert",
        "Ønsker som ikke er oppfylt",
    ):
        assert text in page, text
    assert "ja" not in page.split("Passer skogen.")[0]
    assert "Skjult" not in page


def test_a_page_is_rows_for_programs_and_triples_as_turtle(line: Line) -> None:
    told = json.loads(line.run("describe", "skog", "--format", "json").out)
    assert {"thing", "relations", "sources"} == told.keys()
    assert "Skogboka" not in line.run("describe", "skog", "--format", "ttl").out
    assert "910000001" in line.run("describe", "skog", "--format", "ttl").out


def test_what_is_exported_builds_the_same_again(line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    assert line.run("export", "--format", "turtle", "-o", str(folder)).status == 0
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.ttl"))
    assert names == [
        "life-events/events.ttl",
        "registers/bodies.ttl",
        "registers/catalogue.ttl",
    ]
    quads = line.run("export", "--format", "nquads").out
    assert "askedBy" not in quads
    again = tmp_path / "again"
    smallproject.make(again)
    for name in names:
        (again / "data" / name).write_text((folder / name).read_text("utf-8"), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        copy = smallproject.on(patch, again, tmp_path / "store2")
        assert sorted(copy.run("export", "--format", "nquads").out.splitlines()) == sorted(
            quads.splitlines()
        )
    place = tmp_path / "all.trig"
    assert line.run("export", "-o", str(place)).status == 0
    from graph import rdf

    assert len(rdf.parse(place)) == len(quads.splitlines())


def test_version_tells_all_three(line: Line, tmp_path: Path) -> None:
    out = line.run("--version").out
    assert "ontologi 0.9.0" in out
    assert "data 2025-06, sist oppdatert 2025-06-01" in out
    assert "ikke bygget" in Line(line.root, tmp_path / "nothing").run("--version").out


def test_queries_are_listed_and_shown(line: Line) -> None:
    rows = [json.loads(text) for text in line.run("queries", "list").out.splitlines()]
    assert [row["name"] for row in rows if row["kind"] == "gaps"] == [
        "wishes-unmet",
        "dreams-broken",
    ]
    assert not [row for row in rows if row["kind"] == "rules"]
    shown = line.run("queries", "show", "wishes-unmet", "--format", "table").out
    assert "--life-event" in shown
    assert "SELECT ?focus" in shown


# -- words ------------------------------------------------------------------------------------


def test_every_language_has_every_text_with_the_same_names() -> None:
    import string

    first = messages.load("nb")
    for language in LANGUAGES:
        other = messages.load(language)
        assert set(other) == set(first), language
        for key in first:
            names = {name for _, name, _, _ in string.Formatter().parse(first[key]) if name}
            said = {name for _, name, _, _ in string.Formatter().parse(other[key]) if name}
            assert names == said, (language, key)


def test_every_error_of_ours_has_words() -> None:
    from graph import errors
    from graph.cli.commands import NotWritten
    from graph.names import AmbiguousName

    def below(kind: type[errors.LivsgrafError]) -> set[str]:
        return {kind.code}.union(*(below(child) for child in kind.__subclasses__()))

    assert {NotWritten.code, AmbiguousName.code} <= below(errors.LivsgrafError)
    texts = messages.load("nb")
    assert not {code for code in below(errors.LivsgrafError) if f"error.{code}" not in texts}


def test_help_is_in_the_readers_language(line: Line) -> None:
    assert line.run("--help").out.startswith("Bruk: livsgraf")
    assert "Usage: livsgraf gaps" in line.run("gaps", "--help", "--lang", "en").out
    assert "--life-event NAVN" in line.run("gaps", "--help").out
    assert "--body NAVN" in line.run("query", "who-wishes", "--help").out


# -- start --------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [["--help"], ["gaps"]])
def test_heavy_libraries_stay_unloaded(built: Path, args: list[str]) -> None:
    code = (
        "import sys, pathlib; from graph import assets;"
        f" assets.root = lambda: pathlib.Path({str(built / 'project')!r});"
        " from graph.cli import main; status = main(sys.argv[1:]);"
        f" print([n for n in {HEAVY!r} if n in sys.modules], file=sys.stderr); sys.exit(status)"
    )
    env = {**os.environ, "LIVSGRAF_STORE": str(built / "store")}
    ran = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, env=env, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_is_no_fault(built: Path) -> None:
    code = (
        "import sys, pathlib; from graph import assets;"
        f" assets.root = lambda: pathlib.Path({str(built / 'project')!r});"
        " from graph.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    env = {**os.environ, "LIVSGRAF_STORE": str(built / "store")}
    ran = subprocess.Popen(
        [sys.executable, "-c", code, "query", "SELECT * WHERE { ?s ?p ?o . ?a ?b ?c }"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
    )
    assert ran.stdout is not None
    assert ran.stderr is not None
    ran.stdout.readline()
    ran.stdout.close()
    said = ran.stderr.read()
    ran.stderr.close()
    assert ran.wait() == 0, said
    assert said == b""


def test_an_interrupt_ends_a_query_that_runs_at_once(built: Path) -> None:
    code = (
        "import sys, pathlib; from graph import assets;"
        f" assets.root = lambda: pathlib.Path({str(built / 'project')!r});"
        " from graph.store import embedded; from graph.cli import main; ask = embedded._ask\n"
        "def told(*args):\n    print('asks', file=sys.stderr, flush=True); return ask(*args)\n"
        "embedded._ask = told; sys.exit(main(sys.argv[1:]))"
    )
    joins = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(6))
    ran = subprocess.Popen(
        [sys.executable, "-c", code, "query", f"SELECT (COUNT(*) AS ?n) WHERE {{ {joins} }}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "LIVSGRAF_STORE": str(built / "store")},
    )
    assert ran.stderr is not None
    assert ran.stderr.readline() == b"asks\n"
    time.sleep(0.3)
    ran.send_signal(signal.SIGINT)
    # Ended by the signal itself, which a shell tells as 130.
    assert ran.wait(timeout=20) == -signal.SIGINT
    ran.stderr.close()


def test_main_is_what_python_m_runs() -> None:
    import graph.__main__ as entry

    assert entry.main is main


def _outside(built: Path, args: str) -> subprocess.CompletedProcess[str]:
    """Run in a shell, which alone can close a stream or fill it up."""
    code = (
        "import sys, pathlib; from graph import assets;"
        f" assets.root = lambda: pathlib.Path({str(built / 'project')!r});"
        " from graph.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    line = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} {args}"
    env = {**os.environ, "LIVSGRAF_STORE": str(built / "store"), "LIVSGRAF_LANG": "en"}
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env=env, check=False
    )


@pytest.mark.parametrize(
    ("args", "status", "told"),
    [
        ("stats >/dev/full", 2, "The disk is full, so the answer could not be written"),
        ("stats --format table >/dev/full", 2, "The disk is full"),
        ("--version >/dev/full", 2, "The disk is full"),
        ("--help >/dev/full", 2, "The disk is full"),
        ("export -o /dev/full", 2, "/dev/full cannot be written"),
        ("stats >&-", 2, "Standard output is closed"),
        ("query -f - <&-", 2, "Standard input is closed"),
        ("nope 2>/dev/full", 2, ""),
        ("nope 2>&-", 2, ""),
        ("describe $'\\xff'", 2, "is not written in UTF-8"),
        ("query $'SELECT * { ?s ?p \"\\xff\" }'", 2, "is not written in UTF-8"),
    ],
)
def test_streams_that_fail_are_told_of(built: Path, args: str, status: int, told: str) -> None:
    ran = _outside(built, args)
    assert ran.returncode == status, ran
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_data_are_utf8_whatever_the_terminal_speaks(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert "Vugge: størrelse" in _outside(built, "query who-wishes --format csv").stdout


@pytest.mark.parametrize("word", ["SERVICE", "service SILENT", "S\\u0045RVICE"])
def test_a_query_never_goes_out(line: Line, word: str) -> None:
    ran = line.run("query", f"SELECT * WHERE {{ {word} <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}")
    assert ran.status == 2
    assert "utenfor grafen" in ran.err


def test_a_query_names_no_other_graph(line: Line) -> None:
    ran = line.run("query", "SELECT * FROM <urn:x> WHERE { ?s ?p ?o }")
    assert ran.status == 2
    assert "FROM" in ran.err
