"""No word of the domain in src/: what is known of services or grants must not need Python.

Taken from ontology/core.ttl, except words marked `lg:plumbingWord true`. How each is treated:

- Any own term written as a term (`lg:word`, `…ns#word`, `LG + "word"`) is refused, long or short.
- A class of several words is refused in every spelling, in code, comments and texts alike:
  as written, snake, kebab, and with spaces, in any case.
- A property of several words is refused as written, in snake and in kebab. With spaces it would
  refuse plain English (*as of*, *member of*).
- A class of one word is refused as a name in code (any case) and as a whole string; in prose it
  may stand, for *package* and *reading* are words of every programmer.
- A property of one word is refused only as a term: *from*, *via* and *level* are everybody's.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from graph.check.project import Fault, Project
from graph.terms import LG, Term

_PLUMBING = Term("iri", LG + "plumbingWord")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def domain_words(project: Project) -> Iterator[Fault]:
    """Find words of the domain in the package's Python files."""
    names, plumbing = set(), set()
    for path, (s, p, o) in project.triples("ontology"):
        if path.name == "core.ttl" and s.value.startswith(LG):
            names.add(s.value.removeprefix(LG))
            if p == _PLUMBING and o.value == "true":
                plumbing.add(s.value.removeprefix(LG))
    words = Words(names - plumbing)
    for path in project.modules:
        for line, word in words.found_in(path.read_text("utf-8")):
            yield Fault("domain-word", project.name(path), line, {"word": word})


class Words:
    """Local names of the ontology, ready to be looked for in Python text."""

    def __init__(self, names: set[str]) -> None:
        self.short_classes: dict[str, str] = {}
        loose, strict = [], []
        for name in names:
            parts = [part.lower() for part in _PARTS.findall(name)]
            if len(parts) > 1 and name[0].isupper():
                loose.append("[ _-]?".join(parts))
            elif len(parts) > 1:
                strict += [name, "_".join(parts), "-".join(parts)]
            elif name[0].isupper():
                self.short_classes[name.lower()] = name
        self.loose = _any_of(loose, re.IGNORECASE)
        self.strict = _any_of([re.escape(word) for word in strict], re.NOFLAG)
        listed = "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or r"(?!)"
        term = rf"\blg:({listed})\b|ns#({listed})\b|\bLG\s*\+\s*[\"']({listed})\b"
        self.terms = re.compile(term + rf"|{{LG}}({listed})\b")

    def found_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Walk lines and words refused."""
        for number, line in enumerate(text.splitlines(), 1):
            for pattern in (self.loose, self.strict, self.terms):
                for match in pattern.finditer(line):
                    yield number, match[0]
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME:
                word = token.string
            elif token.type == tokenize.STRING:
                word = token.string.lstrip("rbfuRBFU").strip("\"'")
            else:
                continue
            if word.strip("_").lower() in self.short_classes:
                yield token.start[0], word


def _any_of(words: list[str], flags: re.RegexFlag) -> re.Pattern[str]:
    listed = "|".join(sorted(words, key=len, reverse=True)) or r"(?!)"
    # An underscore joins words here, so a name may stand inside a longer snake-case name.
    return re.compile(rf"(?<![A-Za-z0-9])(?:{listed})(?![A-Za-z0-9])", flags)
