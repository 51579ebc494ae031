"""Handing in, looking back, taking back: who may, what is refused, and that nothing is lost."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import submitproject
from graph import config, export, pipeline, provenance, submitting
from graph.config import Settings
from graph.errors import (
    BadEditor,
    BadFunction,
    CannotUndo,
    DiskFull,
    HasReceipts,
    NamesAPerson,
    NotAnExport,
    NotAnOrganisation,
    NotData,
    NotOwned,
    ReceiptDamaged,
    ReceiptLost,
    StoreAltered,
    StoreLocked,
    SubmitError,
    UnknownName,
)
from graph.examining.desk import OpenDesk
from graph.ownership import is_number
from graph.receipt import read_receipt, write_receipt
from graph.store import Change, open_store, version_of
from graph.store import log as logging
from graph.submitting import Outcome, committing
from graph.submitting.who import file_name
from submitproject import FOREST, MOUNTAIN, STRANGER

WISH = "https://w3id.org/livsgraf/id/wish/"


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a store, to be copied for each test."""
    top = tmp_path_factory.mktemp("start")
    submitproject.built(top)
    return top


class Desk:
    """One store, and short words for what is done with it."""

    def __init__(self, settings: Settings, root: Path, top: Path) -> None:
        self.settings = settings
        self.root = root
        self.top = top
        self._files = 0

    def file(self, text: str, name: str = "") -> Path:
        self._files += 1
        return submitproject.turtle(self.top / (name or f"f{self._files}.ttl"), text)

    def submit(self, text: str, who: str = FOREST, **how: bool) -> Outcome:
        return submitting.submit(
            self.settings,
            self.file(text),
            submitting.who(who),
            root=self.root,
            sit=OpenDesk,
            **how,
        )

    def accepted(self, text: str, who: str = FOREST) -> str:
        receipt = self.submit(text, who).receipt
        assert receipt
        return receipt.id

    def undo(self, name: str, who: str | None = None) -> str:
        by = submitting.who(who) if who else None
        receipt = submitting.undo(self.settings, name, by, root=self.root).receipt
        assert receipt
        return receipt.id

    def digest(self) -> str:
        return version_of(self.settings.store).digest

    def rows(self, text: str) -> list[list[str]]:
        store = open_store(self.settings.store)
        try:
            return [[cell.value if cell else "" for cell in row] for row in store.query(text)]
        finally:
            store.close()

    def rebuilt(self) -> str:
        return pipeline.build(self.settings, validate=False, root=self.root).version.digest


@pytest.fixture
def desk(start: Path, tmp_path: Path) -> Desk:
    shutil.copytree(start / "store", tmp_path / "store")
    return Desk(Settings(tmp_path / "store"), start / "project", tmp_path)


# -- who ---------------------------------------------------------------------------------------


@given(st.integers(0, 10**9 - 1))
def test_a_number_holds_when_its_weighted_sum_does(number: int) -> None:
    text = f"{number:09d}"
    total = sum(w * int(d) for w, d in zip((3, 2, 7, 6, 5, 4, 3, 2, 1), text, strict=True))
    assert is_number(text) == (total % 11 == 0)


@pytest.mark.parametrize(
    "text", ["", "91000000", "9100000041", "91000000a", "²10000004", "910000005"]
)
def test_no_organisation(text: str) -> None:
    with pytest.raises(NotAnOrganisation):
        submitting.who(text)


def test_a_number_may_be_grouped() -> None:
    assert submitting.who("910 000 004", " data  steward ") == submitting.Who(
        FOREST, "data steward"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("a@example.org", "01019012345", "010190 12345", "steward 01 01 90 123 45"),
        *("0101-9012345", "91234567", "vakt 912 34 567", "22 33 44 55", "912.34.567", "912_34_567"),
        *("+4791234567", "+47 912 34 567", "0047 22334455", "004722334455", "47 22 33 44 55"),
        *("4791234567", "vakt 3 91234567", "412-34-567", "\uff191234567"),
        *("Team 2 922 30 101", "+47-922-30-101", "+47 9123 4567", "vakt_91234567"),
    ],
)
def test_a_person_is_refused(text: str) -> None:
    with pytest.raises(NamesAPerson):
        submitting.who(FOREST, text)


@pytest.mark.parametrize("text", ["x" * 101, "a\x1bb"])
def test_a_function_is_a_short_line(text: str) -> None:
    with pytest.raises(BadFunction):
        submitting.who(FOREST, text)


@pytest.mark.parametrize(
    "text",
    [
        *("Data steward 2", "kontor 974 760 673", "fase 2026-11-27", "942110464", "20261127"),
        *("fagsystem 31122025", "28112026", "20242025", "sak 2023/45678901", "kl 20-11-20-30"),
        *("Postboks 8134 0033 Oslo", "kommune 3001 3002", "versjon 20.10.20.30"),
        *(
            "2026 2027",
            "plan 2026-2027",
            "til 31.12.2026",
            "til 31 12 2026",
            "12345678",
            "postnr 5004",
        ),
    ],
)
def test_a_function_may_hold_numbers(text: str) -> None:
    assert submitting.who(FOREST, text).function == text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("rapport_28112026.xlsx", "rapport_28112026.xlsx"),
        ("kari.nordmann@nav", "…"),
        ("vakt.91234567", "…"),
        ("01019012345.01019012345", "…"),
        ("tlf 91234567.xlsx", "….xlsx"),
    ],
)
def test_the_name_of_a_file_keeps_nothing_of_a_person(name: str, kept: str) -> None:
    assert file_name(name) == kept


# -- whose -------------------------------------------------------------------------------------


def test_an_organisation_changes_its_own_and_adds_what_is_new(desk: Desk) -> None:
    desk.accepted('wish:a-01 dct:title "Ny"@nb . wish:x a ex:Wish ; ex:by body:2 .')
    rows = desk.rows(f"SELECT ?g {{ GRAPH ?g {{ <{WISH}x> a ?t }} }}")
    assert rows == [[f"https://w3id.org/livsgraf/graph/org/{FOREST}"]]
    # What it handed in itself is its own, whoever the query says owns it.
    desk.accepted('wish:x dct:title "Min"@nb .')


def test_others_records_are_listed_in_the_refusal(desk: Desk) -> None:
    before = desk.digest()
    with pytest.raises(NotOwned) as refused:
        desk.submit('wish:a-02 dct:title "Min"@nb . wish:a-03 dct:title "Min"@nb .')
    assert refused.value.things == (WISH + "a-02", WISH + "a-03")
    assert desk.digest() == before


def test_what_another_handed_in_is_not_ours(desk: Desk) -> None:
    desk.accepted('wish:x a ex:Wish ; dct:title "Min"@nb .', MOUNTAIN)
    with pytest.raises(NotOwned):
        desk.submit('wish:x dct:title "Vår"@nb .')


def test_one_that_nobody_knows_may_add_and_may_not_change(desk: Desk) -> None:
    desk.accepted("wish:s a ex:Wish .", STRANGER)
    with pytest.raises(NotOwned):
        desk.submit('wish:a-01 dct:title "Min"@nb .', STRANGER)


def test_what_is_about_ours_but_handed_in_by_another_is_the_others(desk: Desk) -> None:
    """The ownership query says that a wish by our body is ours; its home says who wrote it."""
    desk.accepted('wish:x a ex:Wish ; ex:by body:1 ; dct:title "Deres"@nb .', MOUNTAIN)
    with pytest.raises(NotOwned):
        desk.submit('wish:x dct:title "Vår"@nb .')


def test_nobody_acts_for_one_whom_the_graph_does_not_know_yet(desk: Desk) -> None:
    desk.accepted(f'<https://example.org/a> dct:identifier "{STRANGER}" .', MOUNTAIN)
    desk.accepted("wish:s a ex:Wish .", STRANGER)
    actor = submitting.history(desk.settings)[-1].actor
    assert actor == f"https://w3id.org/livsgraf/id/actor/{STRANGER}"


def test_an_undoing_that_would_break_another_record_is_refused(desk: Desk) -> None:
    """What is put back points at a body that has gone since."""
    root = desk.top / "project"
    shutil.copytree(desk.root, root)
    shape = root / "shapes/wish.ttl"
    shape.write_text(
        submitproject.HEAD + "ex:WishShape a sh:NodeShape ; sh:targetClass ex:Wish ;"
        " sh:property ex:Wish-by . ex:Wish-by sh:path ex:by ; sh:class ex:Body .",
        "utf-8",
    )
    desk.root = root
    desk.rebuilt()
    desk.settings = replace(desk.settings, editors=frozenset({FOREST}))
    body = "https://w3id.org/livsgraf/id/body/n"
    desk.accepted(f'<{body}> a ex:Body ; dct:identifier "910000030" ; ex:short "n" .')
    desk.accepted(f"wish:x a ex:Wish ; ex:by <{body}> .")
    desk.accepted("wish:x ex:by body:1 .")
    assert desk.submit("wish:x a ex:Wish ; ex:by body:1 .", complete=True).receipt
    before = desk.digest()
    outcome = submitting.undo(desk.settings, "3", root=desk.root)
    assert outcome.refused
    assert outcome.receipt is None
    assert [finding.focus for finding in outcome.findings] == [WISH + "x"]
    assert desk.digest() == before


@pytest.mark.parametrize("gone", ["newest", "all"])
def test_a_receipt_that_the_store_knows_and_the_log_lost_stops_all_writing(
    desk: Desk, gone: str
) -> None:
    for n in range(3):
        desk.accepted(f"wish:x{n} a ex:Wish .")
    log = desk.settings.store / "log"
    receipts = submitting.history(desk.settings)
    lost = receipts if gone == "all" else receipts[-1:]
    for receipt in lost:
        (log / receipt.name).rename(desk.top / receipt.name)
    before = version_of(desk.settings.store)
    with pytest.raises(ReceiptLost) as told:
        desk.submit("wish:y a ex:Wish .")
    assert told.value.params["receipt"] == f"log/{lost[0].name}"
    with pytest.raises(ReceiptLost):
        desk.rebuilt()
    assert version_of(desk.settings.store) == before
    for receipt in lost[:-1]:
        (desk.top / receipt.name).rename(log / receipt.name)
    (log / f"{lost[-1].name}.lost").touch()
    desk.rebuilt()
    assert desk.rows(f"SELECT ?t {{ <{WISH}x1> a ?t }}")
    assert not desk.rows(f"SELECT ?t {{ <{WISH}x2> a ?t }}")


def test_nobody_takes_the_number_of_another(desk: Desk) -> None:
    desk.accepted(f'<https://example.org/a> dct:identifier "{FOREST}" .', STRANGER)
    desk.accepted('wish:a-01 dct:title "Fortsatt vår"@nb .')
    assert submitting.history(desk.settings)[-1].actor == "https://w3id.org/livsgraf/id/body/1"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("ny.ttl", "ny.ttl"), ("a@example.org.ttl", "….ttl"), ("010190 12345.ttl", "….ttl")],
)
def test_a_file_named_after_a_person_is_kept_without_its_name(
    desk: Desk, name: str, kept: str
) -> None:
    file = desk.file("wish:x a ex:Wish .", name)
    submitting.submit(desk.settings, file, submitting.who(FOREST), root=desk.root)
    assert submitting.history(desk.settings)[0].file == kept


def test_giving_a_record_to_oneself_is_no_way_in(desk: Desk) -> None:
    with pytest.raises(NotOwned):
        desk.submit("wish:a-02 ex:by body:1 .")


def test_editors_are_listed_in_the_environment_and_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "editors").write_text(f"# oss\n{FOREST}  # skog\n\n", "utf-8")
    environ = {"LIVSGRAF_EDITORS": f"{MOUNTAIN}, {STRANGER}"}
    settings = config.load(store=tmp_path, environ=environ)
    assert settings.editors == {FOREST, MOUNTAIN, STRANGER}
    assert config.load(store=tmp_path / "none", environ={}).editors == frozenset()
    with pytest.raises(BadEditor):
        config.load(store=tmp_path, environ={"LIVSGRAF_EDITORS": "skog"})


def test_an_editor_changes_any_record(desk: Desk) -> None:
    desk.settings = replace(desk.settings, editors=frozenset({STRANGER}))
    desk.accepted('wish:a-01 dct:title "Rettet"@nb . wish:a-02 dct:title "Rettet"@nb .', STRANGER)


@pytest.mark.parametrize(
    "text",
    [
        "ex:Body lg:note 1 .",
        "lg:newWord lg:note 1 .",
        "<https://w3id.org/livsgraf/shape#X> lg:note 1 .",
        "<https://w3id.org/livsgraf/id/commit/00000000> lg:addedCount 1 .",
    ],
)
def test_words_and_commits_are_nobodys_to_change(desk: Desk, text: str) -> None:
    desk.settings = replace(desk.settings, editors=frozenset({FOREST}))
    with pytest.raises(NotData):
        desk.submit(text)


# -- what a commit does ------------------------------------------------------------------------


def test_what_follows_is_derived_anew(desk: Desk) -> None:
    asked = "SELECT ?b { ?b <https://example.org/askedBy> ?a FILTER(CONTAINS(STR(?b), '/id/')) }"
    before = sorted(desk.rows(asked))
    name = desk.accepted(
        "wish:x a ex:Wish ; ex:by body:1 ; ex:asks <https://example.org/id/body/9> ."
    )
    assert ["https://example.org/id/body/9"] in desk.rows(asked)
    desk.undo(name)
    assert sorted(desk.rows(asked)) == before


def test_the_graph_itself_tells_of_a_commit(desk: Desk) -> None:
    desk.accepted("wish:x a ex:Wish .")
    receipt = submitting.history(desk.settings)[0]
    rows = desk.rows(
        "SELECT ?p ?o { GRAPH <" + provenance.PROVENANCE + "> { ?s a "
        "<http://www.w3.org/ns/prov#Activity> ; ?p ?o } }"
    )
    told = {name.rpartition("#")[2].rpartition("/")[2]: value for name, value in rows}
    assert told["contentHash"] == receipt.sha256
    assert told["wasAssociatedWith"] == receipt.actor == "https://w3id.org/livsgraf/id/body/1"
    assert told["addedCount"] == "1"
    assert told["endedAtTime"] == receipt.at
    assert told["softwareVersion"] == receipt.software
    assert told["ontologyVersion"] == receipt.ontology == "0.9.0"


def test_the_bytes_are_kept_as_they_came(desk: Desk) -> None:
    file = desk.top / "odd.ttl"
    content = b"\xef\xbb\xbf<urn:x:a>  <urn:x:p> 007 .\r\n"
    file.write_bytes(content)
    outcome = submitting.submit(desk.settings, file, submitting.who(FOREST), root=desk.root)
    assert outcome.receipt
    assert (desk.settings.store / "accepted" / outcome.receipt.sha256).read_bytes() == content
    assert desk.rows("SELECT ?o { <urn:x:a> ?p ?o }") == [["7"]]


def test_a_fault_that_stood_there_before_stops_nobody(desk: Desk) -> None:
    """The second body lacks its number from here on; a new name for it is still taken in."""
    bodies = desk.root / "data/registers/bodies.ttl"
    text = bodies.read_text("utf-8")
    root = desk.top / "project"
    shutil.copytree(desk.root, root)
    faulty = text.replace(f'dct:identifier "{MOUNTAIN}" .', 'ex:short "fjell" .')
    assert faulty != text
    (root / "data/registers/bodies.ttl").write_text(faulty, "utf-8")
    desk.root = root
    desk.rebuilt()
    desk.settings = replace(desk.settings, editors=frozenset({FOREST}))
    desk.accepted('<https://w3id.org/livsgraf/id/body/2> ex:short "fj" .')
    refused = desk.submit("<https://w3id.org/livsgraf/id/body/3> a ex:Body .")
    assert refused.refused
    assert [finding.severity for finding in refused.findings] == ["violation"]


def test_a_build_on_changed_files_takes_in_again_what_was_accepted(desk: Desk) -> None:
    root = desk.top / "project"
    shutil.copytree(desk.root, root)
    desk.root = root
    desk.accepted('wish:a-01 dct:title "Fra oss"@nb . wish:x a ex:Wish .')
    events = root / "data/life-events/events.ttl"
    text = events.read_text("utf-8")
    events.write_text(text.replace("Begravelse: sted", "Gravferd: sted"), "utf-8")
    desk.rebuilt()
    title = f"SELECT ?t {{ <{WISH}a-01> <http://purl.org/dc/terms/title> ?t }}"
    assert desk.rows(title) == [["Fra oss"]]
    # Taken back, it gives what the files say now, and not what they said then.
    desk.undo("1")
    assert sorted(desk.rows(title)) == [["Funeral: place"], ["Gravferd: sted"]]
    assert desk.digest() == desk.rebuilt()


def test_what_the_files_say_by_now_is_not_taken_back(desk: Desk) -> None:
    root = desk.top / "project"
    shutil.copytree(desk.root, root)
    desk.root = root
    desk.accepted('wish:a-01 dct:title "Fra oss"@nb . wish:x a ex:Wish .')
    events = root / "data/life-events/events.ttl"
    text = events.read_text("utf-8")
    old = '"Begravelse: sted"@nb, "Funeral: place"@en'
    assert old in text
    events.write_text(text.replace(old, '"Fra oss"@nb'), "utf-8")
    desk.rebuilt()
    desk.undo("1")
    title = f"SELECT ?t {{ <{WISH}a-01> <http://purl.org/dc/terms/title> ?t }}"
    assert desk.rows(title) == [["Fra oss"]]
    assert not desk.rows(f"SELECT ?t {{ <{WISH}x> a ?t }}")
    assert desk.digest() == desk.rebuilt()


def test_a_store_that_lost_statements_in_silence_is_told(desk: Desk) -> None:
    version = desk.settings.store / "VERSION"
    told = json.loads(version.read_text("utf-8"))
    version.write_text(json.dumps({**told, "triples": told["triples"] + 1}), "utf-8")
    with pytest.raises(StoreAltered):
        desk.submit("wish:x a ex:Wish .")
    desk.rebuilt()
    desk.accepted("wish:x a ex:Wish .")


def test_an_undoing_that_no_longer_fits_is_refused(desk: Desk) -> None:
    first = desk.accepted('wish:a-01 dct:title "Ny"@nb .')
    store = open_store(desk.settings.store, write=True)
    gone = submitting.change_of(desk.settings, submitting.history(desk.settings)[0]).added
    store.apply(Change(removed=gone))
    store.close()
    with pytest.raises(CannotUndo) as refused:
        desk.undo(first)
    assert refused.value.code == "cannot-undo-changed"


def test_a_dry_run_writes_nothing_at_all(desk: Desk) -> None:
    def state() -> dict[str, int]:
        found = desk.settings.store.rglob("*")
        return {str(path): path.stat().st_mtime_ns for path in found if "read" not in path.parts}

    before = state()
    outcome = desk.submit("wish:x a ex:Wish .", dry_run=True)
    assert outcome.dry_run
    assert outcome.change.added
    assert outcome.lacks
    assert state() == before


# -- looking back and taking back ---------------------------------------------------------------


def test_receipts_are_found_by_number_id_and_beginning(desk: Desk) -> None:
    names = [desk.accepted(f"wish:x{n} a ex:Wish .") for n in range(2)]
    receipts = submitting.history(desk.settings)
    assert [receipt.id for receipt in receipts] == names
    for word in ("2", names[1], names[1][:5], names[1].upper(), receipts[1].name):
        assert submitting.named(receipts, word).id == names[1]
    for word in ("3", "", "zz", names[1][:2]):
        with pytest.raises(UnknownName):
            submitting.named(receipts, word)
    for receipt in receipts:
        assert read_receipt(write_receipt(receipt)) == receipt


def test_undoing_and_undoing_that(desk: Desk) -> None:
    start = desk.rows("SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }")
    first = desk.accepted('wish:a-01 dct:title "Ny"@nb . wish:x a ex:Wish .')
    taken = sorted(desk.rows(_CONTENT))
    back = desk.undo(first)
    assert sorted(desk.rows(_CONTENT)) != taken
    assert len(desk.rows("SELECT ?s { ?s a <http://www.w3.org/ns/prov#Activity> }")) == 2
    with pytest.raises(CannotUndo) as refused:
        desk.undo(first)
    assert refused.value.code == "cannot-undo-undone"
    assert refused.value.params["other"] == back
    again = desk.undo(back)
    assert sorted(desk.rows(_CONTENT)) == taken
    # What was taken back and put in again can be taken back anew.
    desk.undo(first)
    assert desk.digest() == desk.rebuilt()
    assert again
    assert start


_CONTENT = (
    "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } "
    f"FILTER(?g != <{provenance.PROVENANCE}>) FILTER(!CONTAINS(STR(?g), 'derived')) }}"
)


@pytest.mark.parametrize(
    "later",
    [
        'wish:a-01 dct:title "Nyere"@nb .',
        'wish:x dct:title "Ny ting"@nb .',
        "wish:y a ex:Wish ; ex:after wish:x .",
    ],
)
def test_what_later_commits_build_on_stays(desk: Desk, later: str) -> None:
    first = desk.accepted('wish:a-01 dct:title "Ny"@nb . wish:x a ex:Wish .')
    unrelated = desk.accepted("wish:z a ex:Wish .")
    second = desk.accepted(later)
    before = desk.digest()
    with pytest.raises(CannotUndo) as refused:
        desk.undo(first)
    assert refused.value.code == "cannot-undo-built-on"
    assert refused.value.params["other"] == second
    assert desk.digest() == before
    desk.undo(second)
    desk.undo(first)
    assert [receipt.undoes for receipt in submitting.history(desk.settings)] == [
        "",
        "",
        "",
        second,
        first,
    ]
    assert desk.rows(f"SELECT ?t {{ <{WISH}z> a ?t }}")
    assert not desk.rows(f"SELECT ?t {{ <{WISH}x> a ?t }}")
    assert unrelated


def test_only_its_organisation_or_an_editor_takes_a_commit_back(desk: Desk) -> None:
    first = desk.accepted("wish:x a ex:Wish .")
    with pytest.raises(CannotUndo) as refused:
        desk.undo(first, MOUNTAIN)
    assert refused.value.code == "cannot-undo-not-yours"
    desk.settings = replace(desk.settings, editors=frozenset({MOUNTAIN}))
    desk.undo(first, MOUNTAIN)
    assert submitting.history(desk.settings)[-1].organisation == MOUNTAIN


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_handed_in_and_taken_back_a_build_makes_it_again(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    desk.settings = replace(desk.settings, editors=frozenset({FOREST}))
    done, refused = 0, 0
    for step in range(14):
        if step > 2 and chance.random() < 0.4:
            try:
                desk.undo(str(chance.randint(1, done)))
                done += 1
            except CannotUndo:
                refused += 1
            continue
        thing, other, value = *chance.choices("abcd", k=2), chance.randint(0, 3)
        text = f'wish:{thing} a ex:Wish ; dct:title "{value}"@nb ; ex:after wish:{other} .'
        if chance.random() < 0.3:
            text += f' wish:a-01 dct:title "{value}"@nb ; ex:in [ ex:depth {value} ] .'
        outcome = desk.submit(text, complete=chance.random() < 0.2)
        done += outcome.receipt is not None
    assert len(submitting.history(desk.settings)) == done
    before = sorted(desk.rows(_ALL))
    assert desk.digest() == desk.rebuilt()
    assert sorted(desk.rows(_ALL)) == before
    assert done > 5


_ALL = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"


# -- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["byte", "gone", "receipt", "number", "unread"])
def test_a_harmed_record_is_told_and_nothing_is_built_on_it(desk: Desk, harm: str) -> None:
    for n in range(2):
        desk.accepted(f"wish:x{n} a ex:Wish .")
    store = desk.settings.store
    first = submitting.history(desk.settings)[0]
    log = store / "log" / first.name
    if harm == "byte":
        (store / "accepted" / first.sha256).write_bytes(b"x")
    elif harm == "gone":
        (store / "accepted" / first.change).unlink()
    elif harm == "unread":
        (store / "accepted" / first.read).write_bytes(b"<urn:x:a> <urn:x:p> <urn:x:o> .\n")
    elif harm == "receipt":
        log.write_text("{}", "utf-8")
    else:
        log.unlink()
    before = version_of(store)
    with pytest.raises(ReceiptDamaged) as told:
        desk.rebuilt()
    assert told.value.params["receipt"].startswith("log/0")
    assert version_of(store) == before


def test_a_receipt_that_cannot_be_brought_back_is_given_up_by_its_name(desk: Desk) -> None:
    for n in range(3):
        desk.accepted(f"wish:x{n} a ex:Wish .")
    second = submitting.history(desk.settings)[1]
    (desk.settings.store / "accepted" / second.read).unlink()
    with pytest.raises(ReceiptDamaged):
        desk.rebuilt()
    path = desk.settings.store / "log" / second.name
    path.rename(path.with_name(path.name + ".lost"))
    desk.rebuilt()
    assert not desk.rows(f"SELECT ?t {{ <{WISH}x1> a ?t }}")
    assert desk.rows(f"SELECT ?t {{ <{WISH}x2> a ?t }}")
    desk.undo("3")
    assert [receipt.number for receipt in submitting.history(desk.settings)] == [1, 3, 4]
    assert desk.digest() == desk.rebuilt()


@pytest.mark.parametrize(
    "lost", [["live"], ["read"], ["live", "read", "current", "VERSION", "lock"]]
)
def test_a_lost_store_comes_back_from_files_and_log(desk: Desk, lost: list[str]) -> None:
    first = desk.accepted('wish:a-01 dct:title "Ny"@nb . wish:x a ex:Wish ; ex:in [ ex:depth 1 ] .')
    desk.accepted("wish:y a ex:Wish .", MOUNTAIN)
    desk.undo(first)
    digest = desk.digest()
    for name in lost:
        path = desk.settings.store / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    assert desk.rebuilt() == digest
    desk.accepted("wish:z a ex:Wish .")


def test_what_is_no_receipt_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    for text in ("[", "[]", "{}", '{"receipt": 1}', '{"receipt": 1, "number": "1"}'):
        (tmp_path / "log" / "000001-x.json").write_text(text, "utf-8")
        with pytest.raises(ReceiptDamaged):
            submitting.history(Settings(tmp_path))


@pytest.mark.parametrize(
    ("step", "at"),
    [*(("_put", at) for at in range(1, 6)), *(("sync", at) for at in (1, 2, 4, 7, 8))],
)
def test_a_full_disk_at_any_write_of_the_log_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    before, calls = desk.digest(), 0
    real: Callable[..., None] = getattr(logging, step)

    def full(*given: object) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(logging, step, full)
        refused = False
        try:
            desk.submit("wish:x a ex:Wish .")
        except DiskFull:
            refused = True
    receipts = submitting.history(desk.settings)
    assert not list((desk.settings.store / "log").glob("*.staged"))
    there = bool(desk.rows(f"SELECT ?t {{ <{WISH}x> a ?t }}"))
    assert there == bool(receipts)
    if not there:
        assert refused
        assert desk.digest() == before
        assert not list((desk.settings.store / "accepted").glob("*"))
    # The same process goes on writing when there is room again.
    assert desk.submit("wish:y a ex:Wish .").receipt
    assert desk.digest() == desk.rebuilt()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    done = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True)
    if not done or done.returncode:
        pytest.skip("no right to mount a small file system; the simulated tests cover the rest")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_refuses_in_words_and_writing_goes_on_when_there_is_room(
    small_disk: Path, start: Path
) -> None:
    shutil.copytree(start / "store", small_disk / "store")
    desk = Desk(Settings(small_disk / "store"), start / "project", start)
    desk.accepted("wish:x a ex:Wish .")
    before, filler = desk.digest(), small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    with pytest.raises(DiskFull):
        desk.submit("wish:y a ex:Wish .")
    assert desk.rows(f"SELECT ?t {{ <{WISH}x> a ?t }}")
    assert not desk.rows(f"SELECT ?t {{ <{WISH}y> a ?t }}")
    filler.unlink()
    assert len(submitting.history(desk.settings)) == 1
    assert desk.digest() == before
    desk.accepted("wish:y a ex:Wish .")
    assert desk.digest() == desk.rebuilt()


def test_a_store_that_another_writes_to_is_told_after_patience(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "PATIENCE", 0.1)
    holder = open_store(desk.settings.store, write=True)
    with pytest.raises(StoreLocked):
        desk.submit("wish:x a ex:Wish .")
    assert desk.submit("wish:x a ex:Wish .", dry_run=True).dry_run
    holder.close()
    desk.accepted("wish:x a ex:Wish .")


def test_two_at_once_both_come_through_one_after_the_other(desk: Desk) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom graph import submitting\n"
        "from graph.config import Settings\n"
        "store, root, file, who = sys.argv[1:]\n"
        "done = submitting.submit(Settings(Path(store)), Path(file), submitting.who(who),"
        " root=Path(root))\nprint(done.receipt.number)\n"
    )
    both = ["wish:one a ex:Wish .", "wish:two a ex:Wish ."]
    files = [desk.file(text) for text in both]
    place, root = str(desk.settings.store), str(desk.root)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, place, root, str(file), FOREST],
            stdout=subprocess.PIPE,
            text=True,
        )
        for file in files
    ]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert said == ["1", "2"]
    assert len(desk.rows(f"SELECT ?s {{ ?s a ?t VALUES ?s {{ <{WISH}one> <{WISH}two> }} }}")) == 2
    assert desk.digest() == desk.rebuilt()


# -- as files ----------------------------------------------------------------------------------


def test_a_content_goes_out_as_files_and_comes_back_the_same(desk: Desk) -> None:
    desk.accepted(
        'wish:x a ex:Wish ; ex:size 1.50, 1e3, "2026-01-01T00:00:00+01:00"^^xsd:dateTime ;'
        ' dct:title "Ø\\n\\"x\\""@nb-NO ; ex:in [ ex:depth "07"^^xsd:int ] .'
    )
    folder = desk.top / "out"
    store = open_store(desk.settings.store)
    export.write_folder(store, folder)
    assert export.strangers(store, folder) == []
    (folder / "more.ttl").write_text("", "utf-8")
    assert export.strangers(store, folder) == [folder / "more.ttl"]
    (folder / "more.ttl").unlink()
    store.close()
    other = Settings(desk.top / "other")
    report = pipeline.build(other, validate=False, root=desk.root, content=folder)
    assert report.version.digest == desk.digest()
    # The store keeps to that content, whatever becomes of the folder.
    shutil.rmtree(folder)
    assert pipeline.ensure(other, root=desk.root) is None
    assert pipeline.build(other, validate=False, root=desk.root).version == report.version
    with pytest.raises(HasReceipts):
        pipeline.build(desk.settings, root=desk.root, content=desk.top)


@pytest.mark.parametrize("name", ["none", "derived/x.ttl", "ontology/x.ttl", "a b.ttl"])
def test_a_folder_that_is_no_content_is_refused(desk: Desk, name: str) -> None:
    folder = desk.top / "content"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("<urn:x:a> <urn:x:p> 1 .", "utf-8")
    before = version_of(desk.settings.store)
    with pytest.raises(NotAnExport):
        pipeline.build(desk.settings, validate=False, root=desk.root, content=folder)
    assert version_of(desk.settings.store) == before
    assert not (desk.settings.store / "content").exists()


def test_every_refusal_has_its_words_in_three_languages() -> None:
    from graph.messages import LANGUAGES, load

    def below(kind: type[SubmitError]) -> Iterator[type[SubmitError]]:
        yield kind
        for under in kind.__subclasses__():
            yield from below(under)

    codes = {kind.code for kind in below(SubmitError)} - {"cannot-undo", "cannot-erase", "submit"}
    undo = ("not-yours", "undone", "built-on", "changed", "erased")
    erase = ("undoing", "standing", "shared", "relied", "already")
    codes |= {f"cannot-undo-{why}" for why in undo} | {f"cannot-erase-{why}" for why in erase}
    codes |= {BadEditor.code, HasReceipts.code, NotAnExport.code}
    for language in LANGUAGES:
        texts = load(language)
        for code in codes:
            assert f"error.{code}" in texts
            assert f"error.{code}-hint" in texts
    assert json.dumps(sorted(codes))


def test_what_was_accepted_and_is_gone_stops_the_next_submission(desk: Desk) -> None:
    desk.accepted("wish:x a ex:Wish .")
    (first,) = submitting.history(desk.settings)
    (desk.settings.store / "accepted" / first.sha256).unlink()
    with pytest.raises(ReceiptDamaged):
        desk.submit("wish:y a ex:Wish .")
    assert submitting.history(desk.settings) == [first]
