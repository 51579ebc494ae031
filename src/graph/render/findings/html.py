"""Findings as one page: nothing is fetched, nothing runs, and it can be read without a mouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from typing import TextIO

from graph.findings import Finding
from graph.messages import Messages
from graph.names import short
from graph.render.findings.facts import (
    Facts,
    count,
    tell_count,
    tell_facts,
    tell_verdict,
    tell_versions,
)
from graph.render.findings.view import (
    Section,
    Thing,
    arrange,
    choose,
    doc_of,
    facts_of,
    field_of,
    heading,
    rule_id,
    title_of,
    where_of,
)
from graph.render.lines import one_line

# Nothing from elsewhere, no script, and no address of the page told to whom a link leads.
_HEAD = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
"""
_FEW = 20
"""A list of more things than this is folded."""
# The sign beside the word, so that neither colour nor sign is alone.
_SIGNS = {"violation": "✕", "warning": "▲", "info": "●"}


def write(
    findings: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, per_rule: int | None
) -> None:
    """Write findings as a page in the reader's language."""
    style = resources.files("graph.render.findings").joinpath("page.css").read_text("utf-8")
    title = texts["finding.title"]
    if len(facts.files) == 1:
        title = texts.text("finding.title_of", file=one_line(facts.files[0]))
    sections = arrange(findings, per_rule)
    out.write(_HEAD.format(lang=texts.language, title=escape(title), style=style))
    first = ' href="#findings"'
    out.write(f'<a class="skip"{first}>{escape(texts["finding.skip"])}</a>\n' if sections else "")
    out.write(f"<header>\n<h1>{escape(title)}</h1>\n</header>\n<main>\n")
    out.writelines(_verdict(findings, facts, texts))
    out.writelines(_contents(sections, facts, texts))
    if sections:
        out.write('<div id="findings" tabindex="-1">\n')
        for number, section in enumerate(sections, 1):
            out.writelines(_section(section, sections, number, facts, texts))
        out.write("</div>\n")
    out.write("</main>\n")
    versions = tell_versions(facts, texts)
    out.write(f"<footer><p>{escape(versions)}</p></footer>\n" if versions else "")
    out.write("</body>\n</html>\n")


def _verdict(findings: Sequence[Finding], facts: Facts, texts: Messages) -> Iterator[str]:
    inside = count([finding for finding in findings if not finding.outside])
    worst = next((kind for kind, n in inside.items() if n), "none")
    first, *others = tell_verdict(findings, texts, facts.many)
    yield f'<div class="verdict {worst}">\n<p><strong>{escape(first)}</strong></p>\n'
    for line in others:
        yield f"<p>{escape(line)}</p>\n"
    yield "</div>\n"
    for line in tell_facts(facts, texts):
        yield f"<p>{escape(one_line(line))}</p>\n"


def _contents(sections: Sequence[Section], facts: Facts, texts: Messages) -> Iterator[str]:
    """List the things with their sums, each a link to its card; a long list is folded."""
    total = sum(len(section.things) for section in sections)
    if total < 2:
        return
    label = escape(texts["finding.contents"])
    yield f'<nav aria-labelledby="contents">\n<h2 id="contents">{label}</h2>\n'
    folded = total > _FEW
    if folded:
        yield f"<details>\n<summary>{escape(tell_count('finding.cards', total, texts))}</summary>\n"
    for number, section in enumerate(sections, 1):
        title = heading(section, sections, texts, facts.many)
        yield f"<p>{escape(one_line(title))}</p>\n<ul>\n" if title else "<ul>\n"
        for at, thing in enumerate(section.things, 1):
            marks = " ".join(
                f'<span class="{kind}">{_SIGNS[kind]} '
                f"{escape(tell_count(f'finding.count_{kind}', n, texts))}</span>"
                for kind, n in count(thing.findings).items()
                if n
            )
            yield f'<li><a href="#t{number}-{at}">{_titled(thing, texts)}</a> {marks}</li>\n'
        yield "</ul>\n"
    yield "</details>\n</nav>\n" if folded else "</nav>\n"


def _section(
    section: Section, sections: Sequence[Section], number: int, facts: Facts, texts: Messages
) -> Iterator[str]:
    title = heading(section, sections, texts, facts.many) or texts["finding.title"]
    yield f'<section aria-labelledby="s{number}">\n'
    yield f'<h2 id="s{number}">{escape(one_line(title))}</h2>\n'
    many = facts.many
    for at, thing in enumerate(section.things, 1):
        yield f'<article aria-labelledby="t{number}-{at}">\n'
        yield f'<h3 id="t{number}-{at}">{_titled(thing, texts)}</h3>\n'
        if thing.named.label:
            yield f'<p class="address">{escape(one_line(short(thing.iri)))}</p>\n'
        for finding in thing.findings:
            yield from _finding(finding, texts, many)
        yield "</article>\n"
    if section.rest:
        total = sum(part.n for part in section.rest)
        yield f"<p>{escape(texts.text('finding.more', n=total))}</p>\n<ul>\n"
        for part in section.rest:
            message = choose(part.first.message, texts.language)[0]
            told = texts.text(
                "finding.more_of", n=part.n, rule=rule_id(part.first), message=message
            )
            yield f"<li>{escape(one_line(told))}</li>\n"
        yield "</ul>\n"
    yield "</section>\n"


def _titled(thing: Thing, texts: Messages) -> str:
    finding = thing.named
    language = choose(finding.label, texts.language)[1]
    return _spoken(title_of(finding, texts), language, texts)


def _finding(finding: Finding, texts: Messages, many: bool) -> Iterator[str]:
    kind, lang = finding.severity, texts.language
    field, language = field_of(finding, lang)
    parts = [f'<span class="{kind}">{_SIGNS[kind]} {escape(texts[f"finding.word_{kind}"])}</span>']
    parts += [_spoken(field, language, texts)] if field else []
    where = where_of(finding, many)
    parts += [f"<span>{escape(one_line(where))}</span>"] if where else []
    yield f'<div class="finding">\n<h4>{" · ".join(parts)}</h4>\n'
    yield f'<p class="message">{_spoken(*choose(finding.message, lang), texts)}</p>\n'
    rows = [
        (
            texts[f"finding.{key}"],
            _example(told) if key == "example" else _spoken(told, tongue, texts),
        )
        for key, told, tongue in facts_of(finding, texts)
    ]
    page, rule = doc_of(finding), rule_id(finding)
    if rule:
        rows.append((texts["finding.rule"], f"<code>{escape(one_line(rule))}</code>"))
    if page:
        link = f'<a href="{escape(one_line(page))}" rel="noreferrer">{escape(one_line(page))}</a>'
        rows.append((texts["finding.doc"], link))
    if rows:
        yield "<dl>\n"
        for name, told in rows:
            yield f"<div><dt>{escape(name)}</dt><dd>{told}</dd></div>\n"
        yield "</dl>\n"
    yield "</div>\n"


def _spoken(text: str, language: str, texts: Messages) -> str:
    """Give a text, marked with its language where that is not the page's."""
    shown = escape(one_line(text))
    other = language not in ("", texts.language)
    return f'<span lang="{escape(language)}">{shown}</span>' if other else shown


def _example(text: str) -> str:
    lines = "\n".join(one_line(line) for line in text.split("\n"))
    return f"<code>{escape(lines)}</code>"
