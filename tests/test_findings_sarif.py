"""SARIF: the objects are those of the standard, and places, rules and names agree."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

import findingsmade as made
from findingsmade import ALL, FACTS
from graph.findings import Finding, Place
from graph.render.findings import Facts, write_findings
from graph.render.findings.sarif import address, said
from graph.terms import LANGUAGES, literal
from sarifschema import faults


def log(findings: Sequence[Finding] = ALL, facts: Facts = FACTS, lang: str = "nb") -> Any:
    out = io.StringIO()
    write_findings(findings, facts, "sarif", lang, out)
    told = json.loads(out.getvalue())
    assert list(faults(told)) == []
    return told["runs"][0]


def one(finding: Finding, **facts: Any) -> Any:
    return log((finding,), Facts(**facts))["results"][0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_log_is_as_the_standard_says(lang: str) -> None:
    run = log(lang=lang)
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["language"] == lang
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert len(run["results"]) == len(ALL)


def test_the_schema_of_the_test_refuses() -> None:
    def spoilt(text: str, new: str) -> list[str]:
        out = io.StringIO()
        write_findings(ALL, FACTS, "sarif", "nb", out)
        assert text in out.getvalue()
        return list(faults(json.loads(out.getvalue().replace(text, new))))

    for text, new in (
        ('"startLine": 12', '"startLine": 0'),
        ('"startColumn": 5', '"startColumn": "5"'),
        ('"message":', '"mesage":'),
        ('"level": "error"', '"level": "violation"'),
        ('"executionSuccessful": true', '"executionSuccessful": 1'),
        ("min%20fil", "min fil"),
        ('"language": "nb"', '"language": "nob"'),
        ('"driver"', '"diver"'),
    ):
        assert spoilt(text, new), text


def test_every_result_names_its_rule_by_name_and_by_place_in_the_list() -> None:
    run = log()
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    title = next(rule for rule in rules if rule["id"] == "Thing-title")
    assert title["helpUri"] == made.TITLE.see_also[0]
    assert title["defaultConfiguration"] == {"level": "error"}
    assert made.TITLE.fix["nb"] in title["help"]["text"]


def test_every_file_is_named_by_its_address_and_by_its_place_in_the_list() -> None:
    run = log()
    for result in run["results"]:
        for location in result["locations"]:
            told = dict(location["physicalLocation"]["artifactLocation"])
            assert run["artifacts"][told.pop("index")]["location"] == told
            assert told["uriBaseId"] in run["originalUriBaseIds"]


def test_a_level_is_a_severity() -> None:
    levels = {r["ruleId"]: r["level"] for r in log()["results"]}
    assert levels["Thing-title"] == "error"
    assert levels["Thing-number"] == "warning"
    assert levels["Thing-organ"] == "note"


def test_a_place_is_line_and_column_or_a_cell_and_never_made_up() -> None:
    where = one(made.TITLE)["locations"][0]["physicalLocation"]
    assert where["region"] == {"startLine": 12, "startColumn": 5}
    assert where["artifactLocation"]["uri"] == "mappe/min%20fil.ttl"
    assert one(made.NUMBER)["locations"][0]["physicalLocation"]["region"] == {"startLine": 14}
    cell = one(made.CELL)["locations"][0]
    assert "region" not in cell["physicalLocation"]
    assert cell["logicalLocations"][0] == {
        "name": "D7",
        "fullyQualifiedName": "Tjenester!D7",
        "kind": "cell",
    }
    assert (
        "physicalLocation" not in one(replace(made.TITLE, place=None, source=None))["locations"][0]
    )


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20)


@given(st.lists(NAMES, min_size=1, max_size=3))
def test_a_file_below_the_root_is_a_relative_address_that_reads_back(parts: list[str]) -> None:
    file = os.path.normpath("/".join(parts))
    told = address(file, Path("/root"))
    if file.split("/")[0] == "..":
        assert told["uri"].startswith("file:///")
        assert "uriBaseId" not in told
        return
    uri = str(told["uri"])
    assert told["uriBaseId"] == "%SRCROOT%"
    assert re.fullmatch(r"(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+", uri)
    assert unquote_to_bytes(uri).decode() == file


def test_a_file_of_the_folder_is_told_alike_however_it_was_named(tmp_path: Path) -> None:
    told = [
        one(replace(made.TITLE, place=Place(name, 3)), root=tmp_path)["locations"]
        for name in ("a/b.ttl", "./a/b.ttl", "c/../a/b.ttl", str(tmp_path / "a" / "b.ttl"))
    ]
    assert told == told[:1] * len(told)
    assert str(tmp_path) not in json.dumps(told)


def test_a_file_name_that_is_no_text_is_told_by_its_bytes() -> None:
    assert address("a\udcff.ttl", Path("/r"))["uri"] == "a%FF.ttl"


def test_a_fingerprint_stays_where_lines_move_and_differs_where_the_fault_does() -> None:
    def print_of(**changed: Any) -> str:
        return str(one(replace(made.NUMBER, **changed))["partialFingerprints"])

    same = print_of()
    assert print_of(place=Place("mappe/min fil.ttl", 99, 1)) == same
    assert print_of(message={"nb": "Andre ord"}) == same
    changed = [
        print_of(rule="another"),
        print_of(focus="https://example.org/other"),
        print_of(value=literal("13b")),
        print_of(path="https://example.org/other"),
        print_of(place=Place("other.ttl", 14), source="other.ttl"),
    ]
    assert len({same, *changed}) == 1 + len(changed)


def test_a_brace_is_no_placeholder_and_a_bracket_no_link() -> None:
    # Sections 3.11.5 and 3.11.6 of the standard.
    assert (
        said("{0} og [et felt](1), [bare] slik")["text"] == r"{{0}} og \[et felt](1), [bare] slik"
    )
    run = log((made.NUMBER,))
    assert "{{ikke tall}}" in run["results"][0]["message"]["text"]
    assert "{{ikke tall}}" in run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]


def test_a_message_alone_is_enough_to_mend_the_fault() -> None:
    told = one(made.CELL)["message"]["text"]
    for text in ("Grøttilskudd", "nivå", "Tjenester!D7", "Velg fra listen", "Kommune"):
        assert text in told
    assert log((made.TITLE,), lang="en")["results"][0]["message"]["text"].startswith("Service “")


def test_no_finding_is_a_run_without_results() -> None:
    run = log((), Facts(files=("a.ttl",)))
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []
    assert run["artifacts"][0]["location"]["uri"] == "a.ttl"
