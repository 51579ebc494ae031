"""Mutated files of every kind: the reader takes them or refuses them in words, and lives."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter

import pytest

from graph import assets, rdf
from graph.config import Limits
from graph.errors import InputError, ParseError
from graph.messages import LANGUAGES, load
from graph.sheet import read_table, write_template
from graph.submission import read_rdf
from sheetworld import world

SYNTAXES = ("ttl", "trig", "nt", "nq", "xml", "jsonld")
TEXTS = {
    "ttl": '@prefix ex: <http://e/> .\nex:a a ex:K ; ex:p "æ"@nb , 1.5 , ( ex:b [ ex:q "x" ] ) .\n',
    "trig": '@prefix ex: <http://e/> .\nex:g { ex:a ex:p """l\nl"""@en . }\nex:a ex:q [ ] .\n',
    "nt": '<http://e/a> <http://e/p> "\\u00E6\\n"^^<http://e/t> .\n_:b <http://e/p> _:c .\n',
    "nq": '<http://e/a> <http://e/p> "x"@nb-no <http://e/g> .\n_:b <http://e/p> _:b _:g .\n',
    "xml": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">\n'
        '<rdf:Description rdf:about="http://e/a"><e:p xml:lang="nb">æ</e:p>\n'
        '<e:q rdf:parseType="Resource"><e:r>1</e:r></e:q></rdf:Description></rdf:RDF>\n'
    ),
    "jsonld": (
        '{"@context": {"e": "http://e/", "p": {"@id": "e:p", "@type": "@id"}},\n'
        ' "@id": "e:a", "@type": "e:K", "p": ["e:b", {"@id": "e:c", "e:q": {"@value": "x",'
        ' "@language": "nb"}}], "@reverse": {"e:r": {"@id": "e:d"}}}\n'
    ),
}


def mutated(text: bytes, chance: random.Random) -> bytes:
    """Change some bytes: cut, doubled, swapped, replaced by what grammars care about."""
    found = bytearray(text)
    for _ in range(chance.randint(1, 4)):
        if not found:
            break
        at = chance.randrange(len(found))
        end = min(len(found), at + chance.randint(1, 12))
        match chance.randrange(5):
            case 0:
                del found[at:end]
            case 1:
                found[at:at] = found[at:end]
            case 2:
                found[at] = chance.randrange(256)
            case 3:
                found[at:at] = chance.choice(
                    [b"<", b">", b'"', b"@", b"{", b"[", b"(", b"\\u", b"_:", b"]]>", b"\0", b"&x;"]
                )
            case _:
                del found[at:]
    return bytes(found)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_mutated_texts_are_taken_or_refused_in_words(syntax: str) -> None:
    _fuzz(syntax, 300)


@pytest.mark.soak
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_many_mutated_texts_are_taken_or_refused_in_words(syntax: str) -> None:
    _fuzz(syntax, 20_000)


def tried(content: bytes, syntax: str) -> InputError | None:
    """Read a file, and give the refusal if it was refused."""
    try:
        read = read_rdf(content, "a." + syntax, syntax, Limits())
    except InputError as error:
        return error
    assert not [t for q in read.quads for t in q if t is not None and t.kind == "bnode"]
    return None


def _fuzz(syntax: str, rounds: int) -> None:
    chance = random.Random(syntax)  # noqa: S311  (the same files every time)
    came: Counter[str] = Counter()
    whole = TEXTS[syntax].encode()
    assert tried(whole, syntax) is None
    for _ in range(rounds):
        refused = tried(mutated(whole, chance), syntax)
        came[refused.code if refused else "read"] += 1
        if refused:
            assert all(f"error.{refused.code}" in load(language) for language in LANGUAGES)
        if type(refused) is ParseError:
            assert min(refused.line, refused.column) >= 1
    # Neither all taken nor all refused: the mutations reach the grammar.
    assert 0 < came["read"] < rounds


@pytest.mark.soak
def test_our_own_files_cut_anywhere_are_taken_or_refused() -> None:
    chance = random.Random(7)  # noqa: S311  (the same cuts every time)
    refused = 0
    for path in assets.files("shapes"):
        content = rdf.read(path)
        for _ in range(20):
            refused += tried(content[: chance.randrange(len(content))], "ttl") is not None
    assert refused


@pytest.mark.soak
def test_workbooks_with_changed_bytes_are_taken_or_refused() -> None:
    """Bytes of the package, and of the parts in it, at random."""
    here = world()
    whole = write_template(here.model, "nb", here.ask)
    chance = random.Random(11)  # noqa: S311  (the same files every time)
    came: Counter[bool] = Counter()
    for turn in range(400):
        content = mutated(whole, chance) if turn % 2 else _repacked(whole, chance)
        try:
            read_table(content, "a.xlsx", "xlsx", here.model, here.known)
        except InputError:
            came[False] += 1
        else:
            came[True] += 1
    assert min(came[False], came[True]) > 0


def _repacked(whole: bytes, chance: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        parts = old.namelist()
        broken = chance.choice(parts)
        for part in parts:
            content = old.read(part)
            new.writestr(part, mutated(content, chance) if part == broken else content)
    return out.getvalue()
