"""The commands about handing in, as a person and as a program meet them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import smallproject
import submitproject
from smallproject import Line
from submitproject import FOREST, MOUNTAIN

_NEW = (
    'wish:x a ex:Wish ; dct:title "Måne"@nb, "Moon"@en ; ex:by body:1 ; ex:asks body:2 ;'
    " ex:event ex:barn ; ex:state sum:missing ; ex:sure certainty:inferred ."
)


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    root = submitproject.make(tmp_path / "project")
    monkeypatch.delenv("LIVSGRAF_EDITORS", raising=False)
    return smallproject.on(monkeypatch, root, tmp_path / "store")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return submitproject.turtle(tmp_path / "ny.ttl", _NEW)


def test_the_whole_way_as_a_person_sees_it(line: Line, file: Path) -> None:
    tried = line.run("submit", str(file), "--as", FOREST, "--dry-run", terminal=True)
    assert tried.status == 0
    assert "Bare prøvd. Ingenting er endret." in tried.err
    assert line.run("history", terminal=True).out.count("Ingenting er sendt inn ennå.") == 1
    done = line.run("submit", str(file), "--as", FOREST, "--function", "forvalter", terminal=True)
    assert done.status == 0
    assert "Nye opplysninger: 8. Borte: 0. Uendret: 0." in done.out
    assert "fra 0 til 1. I hele" in done.out
    assert "åpnet" in done.out
    assert "Måne" in done.out
    assert "Tatt imot. Kvittering " in done.err
    again = line.run("submit", str(file), "--as", FOREST)
    assert (again.status, again.out) == (0, "")
    assert "Filen endrer ingenting" in again.err
    history = line.run("history", terminal=True)
    assert "Skogvesenet (Skog)" in history.out
    assert "forvalter" in history.out
    shown = line.run("show", "1", terminal=True)
    assert "Filens avtrykk" in shown.out
    assert "Måne" in shown.out
    assert "innholdet er det samme" in line.run("rebuild").err.lower()
    undone = line.run("undo", "1", terminal=True)
    assert undone.status == 0
    assert "lukket" in undone.out
    assert "Angret. Ny kvittering" in undone.err
    twice = line.run("undo", "1")
    assert twice.status == 2
    assert "er angret allerede" in twice.err


@pytest.mark.parametrize(
    ("lang", "words"), [("nb", "Tatt imot."), ("nn", "Teken imot."), ("en", "Taken in.")]
)
def test_it_speaks_three_languages(line: Line, file: Path, lang: str, words: str) -> None:
    assert words in line.run("submit", str(file), "--as", FOREST, "--lang", lang).err


def test_a_program_gets_rows_and_talk_stays_apart(line: Line, file: Path) -> None:
    done = line.run("submit", str(file), "--as", FOREST, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == 8
    assert {row["change"] for row in rows} == {"added"}
    assert {row["thing"] for row in rows} == {"https://w3id.org/livsgraf/id/wish/x"}
    assert {row["thingLabel"] for row in rows} == {"Måne"}
    listed = [json.loads(row) for row in line.run("history").out.splitlines()]
    assert [row["number"] for row in listed] == [1]
    assert listed[0]["lacks_after"] == listed[0]["lacks_before"] + 1
    shown = json.loads(line.run("show", listed[0]["id"], "--format", "json").out)
    assert shown["receipt"][0]["added_count"] == 8
    assert len(shown["changes"]) == 8


def test_a_violation_is_told_and_leaves_no_trace(line: Line, tmp_path: Path) -> None:
    file = submitproject.turtle(
        tmp_path / "f.ttl", "<https://w3id.org/livsgraf/id/body/3> a ex:Body ."
    )
    done = line.run("submit", str(file), "--as", FOREST, terminal=True)
    assert done.status == 1
    assert "Nummeret mangler." in done.out
    assert "Filen ble ikke tatt imot. Rett feilene, 1 i alt" in done.err
    assert not (line.store / "log").exists()
    assert not (line.store / "accepted").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--as", "910000005"], "«910000005» er ikke et organisasjonsnummer."),
        (["--as", FOREST, "--function", "a@example.org"], "peke på en person"),
        (["--as", FOREST, "--function", "x" * 101], "én kort linje"),
        (["--as", MOUNTAIN], "fordi andre eier dem: «Begravelse: sted» ("),
        ([], "Du må oppgi --as ORGNR"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    line: Line, tmp_path: Path, words: list[str], told: str
) -> None:
    file = submitproject.turtle(tmp_path / "f.ttl", 'wish:a-01 dct:title "x"@nb .')
    done = line.run("submit", str(file), *words)
    assert done.status == 2
    assert told in done.err
    assert done.err.startswith("Feil: ")
    assert done.out == ""
    assert not (line.store / "log").exists()


def test_an_editor_comes_in_by_the_environment(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = submitproject.turtle(tmp_path / "f.ttl", 'wish:a-01 dct:title "x"@nb .')
    monkeypatch.setenv("LIVSGRAF_EDITORS", MOUNTAIN)
    assert line.run("submit", str(file), "--as", MOUNTAIN).status == 0
    monkeypatch.setenv("LIVSGRAF_EDITORS", "fjell")
    done = line.run("history")
    assert done.status == 2
    assert "LIVSGRAF_EDITORS, har «fjell»" in done.err


@pytest.mark.parametrize("command", ["show", "undo"])
def test_a_receipt_that_is_not_there(line: Line, command: str) -> None:
    line.run("build", "--no-validate")
    done = line.run(command, "7")
    assert done.status == 2
    assert "Det finnes ingen kvittering 7." in done.err


def test_rebuilding_tells_what_became_of_the_content(line: Line, file: Path) -> None:
    assert "ikke noe lager her fra før" in line.run("rebuild").err
    line.run("submit", str(file), "--as", FOREST)
    same = line.run("rebuild")
    assert same.status == 0
    assert "1 innsendinger. Innholdet er det samme som før" in same.err
    events = line.root / "data/life-events/events.ttl"
    events.write_text(events.read_text("utf-8").replace("Vugge: farge", "Vugge: tre"), "utf-8")
    changed = line.run("rebuild")
    assert changed.status == 0
    assert "Filene er endret siden sist" in changed.err
    version = line.store / "VERSION"
    told = json.loads(version.read_text("utf-8"))
    version.write_text(json.dumps({**told, "digest": "0" * 64}), "utf-8")
    other = line.run("rebuild")
    assert other.status == 1
    assert "uten at filene er endret" in other.err


def test_a_content_goes_out_and_in_again(line: Line, file: Path, tmp_path: Path) -> None:
    line.run("submit", str(file), "--as", FOREST)
    out, again = tmp_path / "out", tmp_path / "again"
    assert line.run("export", "--folder", str(out)).status == 0
    assert (out / "org" / f"{FOREST}.ttl").is_file()
    other = Line(line.root, tmp_path / "other")
    assert other.run("build", "--from", str(out)).status == 0
    assert other.run("export", "--folder", str(again)).status == 0
    files = {path.relative_to(out): path.read_bytes() for path in out.rglob("*.ttl")}
    assert {p.relative_to(again): p.read_bytes() for p in again.rglob("*.ttl")} == files
    (again / "mer.ttl").write_text("", "utf-8")
    refused = other.run("export", "--folder", str(again))
    assert refused.status == 2
    assert "mer.ttl" in refused.err
    onto = line.run("build", "--from", str(out))
    assert onto.status == 2
    assert "har 1 innsendinger" in onto.err
    nothing = other.run("build", "--from", str(tmp_path / "nothing"))
    assert nothing.status == 2
    assert "ingen filer som grafen kan bygges av" in nothing.err
