"""The statements of a JSON-LD text, and which thing without a name stands where in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from graph.rdf.json_terms import KEYWORD, Meaning, Words
from graph.rdf.json_text import Node
from graph.terms import RDF_TYPE, Quad, Term

Pool = dict[Term, None]
"""Things without a name, in the order in which they are tried."""
_MOST_TRIED: Final = 200
"""How many things without a name are compared with one in the text."""


class Statements:
    """What the parser gave, ready to be looked things up in."""

    def __init__(self, quads: Sequence[Quad]) -> None:
        # subject and predicate -> the text of the value -> the values
        self.values: dict[tuple[Term, Term], dict[str, list[Term]]] = {}
        self.sources: dict[tuple[Term, Term], list[Term]] = {}
        # What has no name in the text: all of it, what nothing leads to, and by what leads to it.
        self.unnamed: Pool = {}
        self.below: dict[tuple[Term, Term], Pool] = {}
        for subject, predicate, value, _ in quads:
            texts = self.values.setdefault((subject, predicate), {})
            texts.setdefault(value.value, []).append(value)
            self.sources.setdefault((value, predicate), []).append(subject)
            if subject.kind == "bnode":
                self.unnamed[subject] = None
            if value.kind == "bnode":
                self.below.setdefault((subject, predicate), {})[value] = None
        inner = {value for pool in self.below.values() for value in pool}
        self.roots: Pool = {node: None for node in self.unnamed if node not in inner}
        # Things without a name that were met in the text.
        self.met: set[Term] = set()

    def recognise(self, node: Node, words: Words, pool: Pool) -> Term | None:
        """Find which thing without a name this is, by what is said of it directly."""
        wanted = list(self._plain_facts(node, words))
        back = list(self._backward_facts(node, words))
        if back:
            # What points at it was written inside it, so it need not be an outermost subject.
            predicate = back[0][0]
            pool = dict.fromkeys(
                term for term, by in self.sources if by == predicate and term.kind == "bnode"
            )
        best: Term | None = None
        most = -1
        tried = 0
        for term in pool:
            if term in self.met:
                continue
            agree = sum(text in self.values.get((term, p), ()) for p, text in wanted)
            agree += sum(
                any(text in ("", source.value) for source in self.sources.get((term, p), ()))
                for p, text in back
            )
            if agree > most:
                best, most = term, agree
            tried += 1
            if agree == len(wanted) + len(back) or tried >= _MOST_TRIED:
                break
        if best is not None:
            self.met.add(best)
            pool.pop(best, None)
        return best

    def _plain_facts(self, node: Node, words: Words) -> Iterator[tuple[Term, str]]:
        for member in node.members or ():
            word = words.keyword(member.key)
            meaning = words.meaning(member.key)
            for each in member.node.each():
                if not isinstance(each.value, str):
                    continue
                if word == "@type":
                    yield RDF_TYPE, words.iri(each.value, vocab=True) or ""
                elif not KEYWORD.fullmatch(word) and meaning is not None and meaning.iri:
                    yield Term("iri", meaning.iri), coerced(each.value, meaning, words)

    def _backward_facts(self, node: Node, words: Words) -> Iterator[tuple[Term, str]]:
        """Walk what points at a thing: by which predicate, and from where if that has a name."""
        for member in node.members or ():
            listed = words.keyword(member.key) == "@reverse"
            for back in (member.node.members or ()) if listed else (member,):
                meaning = words.meaning(back.key)
                if meaning is None or meaning.iri is None or not (listed or meaning.reverse):
                    continue
                for each in back.node.each():
                    named = (m for m in each.members or () if words.keyword(m.key) == "@id")
                    name = next((m.node.value for m in named), each.value)
                    known = isinstance(name, str) and not name.startswith("_:")
                    yield Term("iri", meaning.iri), (words.iri(name) or "") if known else ""


def coerced(text: str, meaning: Meaning, words: Words) -> str:
    """Give the text of the term that a text stands for as a value of a word."""
    if meaning.type == "@id":
        return words.iri(text) or ""
    if meaning.type == "@vocab":
        return words.iri(text, vocab=True) or words.iri(text) or ""
    return text
