"""Files in, a store that answers out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph import __version__, assets, config, pipeline
from graph.config import Settings
from graph.errors import (
    BadSetting,
    ParseError,
    QuerySyntaxError,
    StoreVersionMismatch,
    ValidationFailed,
)
from graph.store import open_store, version_of
from graph.terms import DERIVED, GRAPH

HEAD = """
@prefix : <urn:x:> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
FILES = {
    "ontology/core.ttl": ':o a owl:Ontology ; owl:versionInfo "1.2" . :B rdfs:subClassOf :A .'
    " :B owl:disjointUnionOf ( :C :D ) .",
    "data/registers/things.ttl": ":a a :A ; :next :b . :b a :B ; :next :c . :c a :B .",
    "data/one.ttl": ":d a :B ; :next :a .",
    "shapes/a.ttl": ":S sh:targetClass :A ; sh:property :S-next . :S-next sh:path :next ;"
    ' sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Ingen neste."@nb .',
    "shapes/house/own.ttl": ":H sh:targetClass :A ; sh:property :H-x ."
    ' :H-x sh:path :x ; sh:minCount 1 ; sh:message "Nei."@nb .',
    "queries/rules/010-after.rq": "#+ title.nb = 'x'\nCONSTRUCT { ?x <urn:x:after> ?y }"
    " WHERE { ?y <urn:x:next> ?x }",
    "queries/rules/020-twice.rq": "CONSTRUCT { ?x <urn:x:twice> ?z }"
    " WHERE { ?x <urn:x:after>/<urn:x:after> ?z }",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    top = tmp_path / "project"
    for name, text in FILES.items():
        write(top, name, text)
    return top


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "store")


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((HEAD if name.endswith(".ttl") else "") + text, "utf-8")


def values(settings: Settings, predicate: str) -> set[tuple[str, str]]:
    rows = open_store(settings.store).query(f"SELECT ?s ?o {{ ?s <urn:x:{predicate}> ?o }}")
    return {(r["s"].value[-1], r["o"].value[-1]) for r in rows.dicts()}


# -- build ------------------------------------------------------------------------------------


def test_a_build_loads_judges_and_derives(root: Path, settings: Settings) -> None:
    report = pipeline.build(settings, root=root)
    assert open_store(settings.store).graphs() == [
        DERIVED + "010-after",
        DERIVED + "020-twice",
        GRAPH + "one",
        GRAPH + "ontology/core",
        GRAPH + "registers/things",
    ]
    assert values(settings, "after") == {("b", "a"), ("c", "b"), ("a", "d")}
    assert values(settings, "twice") == {("c", "a"), ("b", "d")}
    assert report.derived == {"010-after": 3, "020-twice": 2}
    assert (report.files, report.validated) == (3, True)
    assert [(f.severity, f.focus, f.source) for f in report.findings] == [
        ("warning", "urn:x:c", "data/registers/things.ttl")
    ]
    assert set(report.seconds) == {"read", "validate", "derive", "write"}
    version = version_of(settings.store)
    assert version == report.version
    assert (version.software, version.ontology) == (__version__, "1.2")
    assert version.assets == assets.digest(root)


def test_the_same_input_gives_the_same_triples_and_digest(root: Path, tmp_path: Path) -> None:
    one = pipeline.build(Settings(tmp_path / "1"), root=root)
    two = pipeline.build(Settings(tmp_path / "2"), validate=False, root=root)
    assert one.version == two.version
    names = open_store(tmp_path / "1").graphs()
    for name in names:
        first, second = (set(open_store(tmp_path / n).read(name)) for n in "12")
        assert first == second


def test_a_check_stops_the_build_like_a_shape(root: Path, settings: Settings) -> None:
    header = """
#+ title = { nb = "Ring", en = "Ring" }
#+ why = { nb = "Den er sin egen neste.", en = "It is next to itself." }
#+ remedy = { nb = "Rett.", en = "Mend." }
#+ layer = "semantic"
#+ severity = "violation"
#+ shape = "https://w3id.org/livsgraf/shape#A-ring"
#+ columns = { focus = { nb = "T", en = "T" }, value = { nb = "T", en = "T" } }
"""
    text = "SELECT ?focus ?value WHERE { ?focus <urn:x:next> ?value , ?focus } ORDER BY ?focus"
    before = pipeline.build(settings, root=root).version
    write(root, "shapes/checks/rings.rq", header.lstrip() + text)
    assert pipeline.build(settings, root=root).version.assets != before.assets
    write(root, "data/one.ttl", ":d a :B ; :next :d .")
    with pytest.raises(ValidationFailed) as error:
        pipeline.build(settings, root=root)
    assert error.value.params == {"count": 1}
    assert [(f.severity, f.focus, f.source) for f in error.value.findings] == [
        ("violation", "urn:x:d", "data/one.ttl"),
        ("warning", "urn:x:c", "data/registers/things.ttl"),
    ]


def test_a_violation_stops_the_build_and_the_old_store_stays(
    root: Path, settings: Settings
) -> None:
    before = pipeline.build(settings, root=root).version
    write(root, "data/one.ttl", ":d a :B ; :next :a, :x .")
    strict = FILES["shapes/a.ttl"].replace("sh:Warning", "sh:Violation")
    write(root, "shapes/a.ttl", strict)
    with pytest.raises(ValidationFailed) as error:
        pipeline.build(settings, root=root)
    assert error.value.params == {"count": 1}
    assert len(error.value.findings) == 1
    assert version_of(settings.store) == before
    assert pipeline.build(settings, validate=False, root=root).findings == ()
    assert ("d", "x") in values(settings, "next")


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("data/one.ttl", ":d a", ParseError),
        ("queries/rules/020-twice.rq", "CONSTRUCT { ?x } WHERE {}", QuerySyntaxError),
    ],
)
def test_a_broken_file_is_named_and_the_old_store_stays(
    root: Path, settings: Settings, name: str, text: str, kind: type[ParseError]
) -> None:
    before = pipeline.build(settings, root=root).version
    write(root, name, text)
    with pytest.raises(kind) as error:
        pipeline.build(settings, root=root)
    assert error.value.file == name
    assert version_of(settings.store) == before


def test_progress_is_told_for_each_step(root: Path, settings: Settings) -> None:
    told: list[tuple[str, int, int]] = []
    pipeline.build(settings, root=root, progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(step for step, _, _ in told)) == [
        "read",
        "validate",
        "derive",
        "write",
    ]
    assert all(0 <= done <= total for _, done, total in told)
    assert told[-1] == ("write", 1, 1)


# -- ensure -----------------------------------------------------------------------------------


def test_ensure_builds_when_needed_and_only_then(root: Path, settings: Settings) -> None:
    first = pipeline.ensure(settings, root=root)
    assert first is not None
    assert not first.validated
    assert pipeline.ensure(settings, root=root) is None
    write(root, "data/one.ttl", ":d a :B ; :next :c .")
    assert pipeline.ensure(settings, root=root) is not None
    assert ("d", "c") in values(settings, "next")
    write(root, "queries/gaps/legal/x.rq", "SELECT ?focus {}")
    assert pipeline.ensure(settings, root=root) is None
    (settings.store / "current").unlink()
    assert pipeline.ensure(settings, root=root) is not None


def test_ensure_builds_again_for_other_software(root: Path, settings: Settings) -> None:
    pipeline.ensure(settings, root=root)
    path = settings.store / "VERSION"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, "software": "0.0.0"}), "utf-8")
    assert pipeline.ensure(settings, root=root) is not None


def test_ensure_leaves_a_store_of_another_format_and_build_replaces_it(
    root: Path, settings: Settings
) -> None:
    pipeline.ensure(settings, root=root)
    path = settings.store / "VERSION"
    path.write_text('{"format": 2}', "utf-8")
    with pytest.raises(StoreVersionMismatch):
        pipeline.ensure(settings, root=root)
    pipeline.build(settings, root=root)
    assert pipeline.ensure(settings, root=root) is None


# -- assets and settings ----------------------------------------------------------------------


def test_files_of_each_kind(root: Path) -> None:
    def names(kind: str) -> list[str]:
        return [assets.relative(path, root) for path in assets.files(kind, root)]

    assert names("data") == ["data/one.ttl", "data/registers/things.ttl"]
    assert names("shapes") == ["shapes/a.ttl"]
    assert names("house") == ["shapes/house/own.ttl"]
    write(root, "shapes/checks/x.rq", "SELECT")
    assert names("checks") == ["shapes/checks/x.rq"]
    assert names("shapes") == ["shapes/a.ttl"]
    assert names("rules") == ["queries/rules/010-after.rq", "queries/rules/020-twice.rq"]
    assert names("gaps") == []
    assert names("queries") == names("rules")


def test_the_digest_sees_names_and_bytes_of_what_a_build_reads(root: Path) -> None:
    before = assets.digest(root)
    (root / "data" / "one.ttl").rename(root / "data" / "two.ttl")
    renamed = assets.digest(root)
    write(root, "queries/rules/010-after.rq", "CONSTRUCT {} WHERE {}")
    changed = assets.digest(root)
    write(root, "shapes/checks/x.rq", "SELECT")
    checked = assets.digest(root)
    write(root, "queries/questions/x.rq", "SELECT")
    write(root, "data/notes.txt", "x")
    assert len({before, renamed, changed, checked}) == 4
    assert assets.digest(root) == checked


def test_settings_come_from_the_call_then_the_environment_then_the_default(
    tmp_path: Path,
) -> None:
    environ = {"LIVSGRAF_STORE": "/x", "LIVSGRAF_LANG": "en"}
    assert config.load(environ=environ) == Settings(Path("/x"), "en")
    assert config.load(store="/y", lang="nn", environ=environ) == Settings(Path("/y"), "nn")
    assert config.load(checkout=tmp_path, environ={}) == Settings(tmp_path / ".livsgraf", "nb")
    assert config.load(environ={"LIVSGRAF_LANG": ""}).lang == "nb"
    assert config.load(lang="nn", environ={"LIVSGRAF_LANG": "xx"}).lang == "nn"
    with pytest.raises(BadSetting):
        config.load(environ={"LIVSGRAF_LANG": "xx"})
    assert config.load(environ={}).store.name == "store"
    with pytest.raises(ValueError, match="xx"):
        config.load(lang="xx", environ={})


def test_no_heavy_library_is_loaded_before_it_is_needed(root: Path, settings: Settings) -> None:
    pipeline.build(settings, root=root)
    script = (
        "import sys, pathlib\n"
        "from graph import assets, closure, config, errors, findings, labels, pipeline, rdf\n"
        "from graph import store, terms, validate\n"
        "assert 'pyoxigraph' not in sys.modules\n"
        "settings = config.Settings(pathlib.Path(sys.argv[1]))\n"
        "pipeline.ensure(settings, root=pathlib.Path(sys.argv[2]))\n"
        "labels.Labels(store.open_store(settings.store).query, 'nb').one('urn:x:a')\n"
        "heavy = {'rdflib', 'pyshacl', 'networkx', 'openpyxl', 'platformdirs', 'typer'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    command = [sys.executable, "-c", script, str(settings.store), str(root)]
    subprocess.run(command, check=True, env=dict(os.environ))
