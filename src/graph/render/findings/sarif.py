"""Findings as SARIF 2.1.0, which code hosts show beside the lines of a pull request.

A file's address is written from the folder the report is made in, so that no machine's own folders
are told; lines and columns count signs, as `columnKind` says.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from graph.findings import Finding
from graph.messages import Messages
from graph.render.findings.data import clean, layer_of, record
from graph.render.findings.facts import Facts, tell_remarks
from graph.render.findings.view import (
    choose,
    doc_of,
    facts_of,
    field_of,
    name_of,
    rule_id,
    title_of,
    where_of,
)
from graph.terms import compact

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}
_ROOT = "%SRCROOT%"
_FINGERPRINT = "livsgrafFinding/v1"

# What would be a link in a message, were its bracket not escaped.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")

Json = dict[str, object]


def write(findings: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO) -> None:
    """Write findings as one SARIF log with one run."""
    told = json.dumps(log(findings, facts, texts), ensure_ascii=False, indent=2)
    out.write(clean(told) + "\n")


def log(findings: Sequence[Finding], facts: Facts, texts: Messages) -> Json:
    """Give findings as the object that a SARIF file holds."""
    rules: dict[str, Finding] = {}
    for finding in findings:
        rules.setdefault(_id(finding), finding)
    places = {name: place for place, name in enumerate(rules)}
    root = facts.root or Path.cwd()
    files = dict.fromkeys([*facts.files, *(_file(finding) for finding in findings)])
    artifacts = {name: place for place, name in enumerate(filter(None, files))}
    maker = _Maker(texts, root, places, artifacts)
    driver: Json = {
        "name": "livsgraf",
        "rules": [_rule(name, first, texts) for name, first in rules.items()],
    }
    if facts.versions.get("software"):
        driver["version"] = facts.versions["software"]
    invocation: Json = {"executionSuccessful": True}
    remarks = tell_remarks(facts, texts)
    if remarks:
        invocation["toolExecutionNotifications"] = [
            {"level": "note", "message": said(remark)} for remark in remarks
        ]
    run: Json = {
        "tool": {"driver": driver},
        "language": texts.language,
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": said(texts["finding.root"])}},
        "invocations": [invocation],
        "artifacts": [
            {"location": address(name, root), "roles": ["analysisTarget"]} for name in artifacts
        ],
        "results": [maker.result(finding) for finding in findings],
        "properties": {"versions": dict(facts.versions)},
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def said(text: str) -> Json:
    """Give a message: a brace stands twice and no bracket begins a link (sections 3.11.5 and 6)."""
    return {"text": _LINK.sub(r"\\[", text.replace("{", "{{").replace("}", "}}"))}


def _id(finding: Finding) -> str:
    """Name a rule; one that is nameless is told apart by its field."""
    return rule_id(finding) or compact(finding.path or "") or "unnamed"


def _file(finding: Finding) -> str:
    return (finding.place.file if finding.place else "") or finding.source or ""


def _rule(name: str, first: Finding, texts: Messages) -> Json:
    """Describe a rule by the first finding that broke it."""
    lang = texts.language
    message, fix = choose(first.message, lang)[0], choose(first.fix, lang)[0]
    told: Json = {
        "id": name,
        "shortDescription": said(message or name),
        "defaultConfiguration": {"level": _LEVELS[first.severity]},
    }
    help_ = [part for part in (fix, _example(first, texts)) if part]
    if help_:
        told["help"] = said("\n".join(help_))
    if doc_of(first):
        told["helpUri"] = doc_of(first)
    properties: Json = {"shape": first.rule} if first.rule else {}
    if layer_of(first):
        properties["tags"] = [layer_of(first)]
    if first.tier:
        properties["tier"] = first.tier
    return {**told, "properties": properties} if properties else told


def _example(finding: Finding, texts: Messages) -> str:
    return f"{texts['finding.example']}: {finding.example}" if finding.example else ""


class _Maker:
    """Makes results of findings; knows where rules and files stand in their lists."""

    def __init__(
        self, texts: Messages, root: Path, rules: Mapping[str, int], artifacts: Mapping[str, int]
    ) -> None:
        self._texts = texts
        self._rules = rules
        self._artifacts = artifacts
        self._addresses = {name: address(name, root) for name in artifacts}

    def result(self, finding: Finding) -> Json:
        name = _id(finding)
        return {
            "ruleId": name,
            "ruleIndex": self._rules[name],
            "level": _LEVELS[finding.severity],
            "message": said(self._message(finding)),
            "locations": [self._location(finding)],
            "partialFingerprints": {_FINGERPRINT: self._fingerprint(finding)},
            "properties": _properties(finding),
        }

    def _message(self, finding: Finding) -> str:
        """Say all that a reader needs who sees nothing but this."""
        texts = self._texts
        about = [title_of(finding, texts), field_of(finding, texts.language)[0]]
        if finding.place and finding.place.cell:
            about.append(where_of(finding, many=False))
        message = choose(finding.message, texts.language)[0]
        lines = [f"{' · '.join(part for part in about if part)}: {message}"]
        lines += [f"{texts[f'finding.{key}']}: {told}" for key, told, _ in facts_of(finding, texts)]
        return "\n".join(lines)

    def _location(self, finding: Finding) -> Json:
        place, file = finding.place, _file(finding)
        told: Json = {}
        if file:
            physical: Json = {
                "artifactLocation": {
                    **self._addresses[file],
                    "index": self._artifacts[file],
                }
            }
            if place and place.line:
                region = {"startLine": place.line}
                if place.column:
                    region["startColumn"] = place.column
                physical["region"] = region
            told["physicalLocation"] = physical
        logical: list[Json] = []
        if place and place.cell:
            whole = f"{place.sheet}!{place.cell}" if place.sheet else place.cell
            logical.append({"name": place.cell, "fullyQualifiedName": whole, "kind": "cell"})
        name = name_of(finding.focus, finding.label, self._texts.language)[0]
        thing: Json = {"name": name or finding.focus, "kind": "resource"}
        if finding.focus:
            logical.append({**thing, "fullyQualifiedName": finding.focus})
        if logical:
            told["logicalLocations"] = logical
        return told

    def _fingerprint(self, finding: Finding) -> str:
        """Name a finding so that it keeps its name where lines above it come and go."""
        file = _file(finding)
        where = self._addresses[file]["uri"] if file else ""
        value = "" if finding.value is None else finding.value.n3()
        parts = (finding.tier, finding.rule, finding.focus, finding.path or "", value, where)
        return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()


def _properties(finding: Finding) -> Json:
    """Give what SARIF has no place for, under the same names as in JSON."""
    kept = ("thing", "field", "found", "fix", "expected", "example", "layer", "outside", "tier")
    whole = record(finding)
    return {name: whole[name] for name in kept if name in whole}


def address(file: str, root: Path) -> Json:
    """Give a file's address: from the root where the file lies below it, else the whole of it."""
    # Links are left as they are: the code host knows the file by the name it has in the folder.
    path = Path(os.path.normpath(root / file))
    try:
        below = path.relative_to(os.path.normpath(root))
    except ValueError:
        return {"uri": "file://" + _encoded(path)}
    return {"uri": _encoded(below), "uriBaseId": _ROOT}


def _encoded(path: Path) -> str:
    # Bytes, for a file's name may hold some that are no text.
    told = quote(os.fsencode(path.as_posix()), safe="/")
    return told if told.startswith("/") or path.drive == "" else f"/{told}"
