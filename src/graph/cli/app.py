"""The commands and their options, in the reader's language. Typer reads the line for us."""

# ruff: noqa: ARG001  (typer shows and reads options that were settled before it was asked)
# No `from __future__ import annotations` here: typer must see the options inside the functions.

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer

from graph.cli.help import TAKEN, Asking, Command, Group
from graph.cli.session import OUTPUTS, Session
from graph.findings import SEVERITIES
from graph.gaps import CERTAINTIES
from graph.options import BadOption, Option, a_path
from graph.query import KINDS, LAYERS

_EXPORTS = ("trig", "nquads", "turtle")
F = TypeVar("F", bound=Callable[..., Any])

_NAMES = {"help_option_names": ["-h", "--help"]}


def one_of(value: str | None, known: Sequence[str], option: str, kind: str = "") -> str | None:
    """Let a known value through, by its key or by its name in any of our languages."""
    if value is None or value in known:
        return value
    if kind:
        from graph.messages import load
        from graph.terms import LANGUAGES

        for language in LANGUAGES:
            for key in known:
                if load(language).text(f"{kind}.{key}") == value.casefold():
                    return key
    raise BadOption("bad-option", value=value, name=option, known=", ".join(known))


def make(session: Session) -> typer.Typer:
    """Make the command line for one run; every text is in the language of its settings."""
    texts = session.talk.messages

    class OurGroup(Group):
        pass

    class OurCommand(Command):
        pass

    class GapsCommand(Asking):
        options = staticmethod(lambda _: gap_options(session))

    class QueryCommand(Asking):
        options = staticmethod(lambda args: query_options(session, args))

    class ScorecardCommand(Asking):
        options = staticmethod(lambda _: state_options(session))

    class MatrixCommand(Asking):
        options = staticmethod(lambda _: flow_options(session))

    counting: dict[str, type[Asking]] = {"scorecard": ScorecardCommand, "matrix": MatrixCommand}
    for kind in (OurGroup, OurCommand, GapsCommand, QueryCommand):
        kind.texts = texts
    for asking in counting.values():
        asking.texts = texts

    app = typer.Typer(
        cls=OurGroup,
        help=texts["help.about"],
        epilog=texts.text("help.more", command="livsgraf") + "\n" + texts["help.exit"],
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_NAMES,
    )
    queries = typer.Typer(cls=OurGroup, help=texts["help.queries"], rich_markup_mode=None)
    app_command = _registrar(app, OurCommand)

    def as_output(value: str | None) -> str | None:
        return one_of(value, OUTPUTS, "--format")

    Output = Annotated[  # noqa: N806
        str | None,
        typer.Option("--format", metavar="FORMAT", help=texts["help.format"], callback=as_output),
    ]

    def as_drawn(value: str | None) -> str | None:
        return one_of(value, (*OUTPUTS, "svg"), "--format")

    Drawn = Annotated[  # noqa: N806
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help=texts["help.format_drawn"], callback=as_drawn
        ),
    ]

    def as_report(value: str | None) -> str | None:
        if value is None:
            return None
        from graph.cli.present_findings import OUTPUTS

        return one_of(value, OUTPUTS, "--format")

    Report = Annotated[  # noqa: N806
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help=texts["help.format_findings"], callback=as_report
        ),
    ]
    Place = Annotated[  # noqa: N806
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help=texts["help.findings_output"]),
    ]
    Day = Annotated[  # noqa: N806
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=texts["help.date"])
    ]
    All = Annotated[bool, typer.Option("--all", help=texts["help.all"])]  # noqa: N806
    Given = Annotated[  # noqa: N806
        list[str] | None,
        typer.Option("-p", "--param", metavar="NAME=VALUE", help=texts["help.param"]),
    ]

    @app.callback(invoke_without_command=True)
    def top(
        ctx: typer.Context,
        version: Annotated[bool, typer.Option("--version", help=texts["help.version"])] = False,
        lang: Annotated[
            str | None, typer.Option("--lang", metavar="LANG", help=texts["help.lang"])
        ] = None,
        store: Annotated[
            str | None, typer.Option("--store", metavar="DIR", help=texts["help.store"])
        ] = None,
        config: Annotated[
            str | None, typer.Option("--config", metavar="FILE", help=texts["help.config"])
        ] = None,
    ) -> int:
        if version:
            from graph.cli.commands import version as tell

            raise typer.Exit(tell(session))
        if ctx.invoked_subcommand is None:
            session.out.write(ctx.get_help() + "\n")
        return 0

    @app_command("build", "help.build")
    def build(
        validate: Annotated[
            bool, typer.Option("--validate/--no-validate", help=texts["help.build_validate"])
        ] = True,
        content: Annotated[
            str | None, typer.Option("--from", metavar="DIR", help=texts["help.build_from"])
        ] = None,
    ) -> int:
        from graph.cli.commands import build

        return build(session, validate, None if content is None else a_path(content, "--from"))

    @app_command("check", "help.check")
    def check(
        root: Annotated[
            str | None, typer.Option("--root", metavar="DIR", help=texts["help.check_root"])
        ] = None,
        output: Report = None,
        everything: All = False,
    ) -> int:
        from graph.cli.commands import check

        return check(session, None if root is None else a_path(root, "--root"), output, everything)

    @app_command("validate", "help.validate")
    def validate(
        files: Annotated[
            list[str], typer.Argument(metavar="FILE", help=texts["help.validate_files"])
        ],
        shapes: Annotated[
            list[str] | None,
            typer.Option("--shapes", metavar="FILE", help=texts["help.validate_shapes"]),
        ] = None,
        fail_on: Annotated[
            str, typer.Option("--fail-on", metavar="SEVERITY", help=texts["help.validate_fail"])
        ] = SEVERITIES[0],
        output: Report = None,
        place: Place = None,
        everything: All = False,
    ) -> int:
        from graph.cli.validate import Asked, validate

        asked = Asked(
            tuple(a_path(file, "FILE") for file in files),
            tuple(a_path(file, "--shapes") for file in shapes or ()),
            one_of(fail_on, SEVERITIES, "--fail-on", "grade") or SEVERITIES[0],
        )
        where = None if place is None else a_path(place, "--output")
        return validate(session, asked, output, everything, where)

    layers, certainties = ", ".join(LAYERS), ", ".join(CERTAINTIES)

    @app.command("gaps", cls=GapsCommand, help=texts["help.gaps"], context_settings=_NAMES)
    def gaps(
        ctx: typer.Context,
        layer: Annotated[
            str | None,
            typer.Option(metavar="LAYER", help=texts.text("help.gaps_layer", values=layers)),
        ] = None,
        certainty: Annotated[
            list[str] | None,
            typer.Option(
                metavar="CERTAINTY", help=texts.text("help.gaps_certainty", values=certainties)
            ),
        ] = None,
        query: Annotated[
            list[str] | None, typer.Option(metavar=texts["type.iri"], help=texts["help.gaps_query"])
        ] = None,
        date: Day = None,
        param: Given = None,
        summary: Annotated[
            bool, typer.Option("--summary", help=texts["help.gaps_summary"])
        ] = False,
        rank: Annotated[bool, typer.Option("--rank", help=texts["help.gaps_rank"])] = False,
        fail_on: Annotated[
            str | None,
            typer.Option(
                "--fail-on",
                metavar="CERTAINTY",
                help=texts.text("help.gaps_fail", values=certainties),
            ),
        ] = None,
        output: Output = None,
        everything: All = False,
    ) -> int:
        from graph.cli.ask_gaps import Asked, run

        sure = [one_of(word, CERTAINTIES, "--certainty", "certainty") for word in certainty or ()]
        asked = Asked(
            words=ctx.meta.get(TAKEN, {}),
            given=tuple(param or ()),
            layer=one_of(layer, LAYERS, "--layer", "layer"),
            certainties=tuple(word for word in sure if word),
            names=tuple(query or ()),
            day=date,
            only_sums=summary,
            rank=rank,
            fail_on=one_of(fail_on, CERTAINTIES, "--fail-on", "certainty"),
        )
        return run(session, asked, output, everything)

    from graph.cli import app_decide

    app_decide.register(app, session, OurCommand, counting, Output, Drawn, Day, Given)

    @app.command("query", cls=QueryCommand, help=texts["help.query"], context_settings=_NAMES)
    def query(
        ctx: typer.Context,
        arg: Annotated[
            str | None,
            typer.Argument(metavar="ARG", help=texts.text("help.query_arg", brace="{")),
        ] = None,
        file: Annotated[
            str | None,
            typer.Option("-f", "--file", metavar="FILE", help=texts["help.query_file"]),
        ] = None,
        date: Day = None,
        param: Given = None,
        output: Output = None,
        everything: All = False,
    ) -> int:
        from graph.cli.commands import Asked, query

        asked = Asked(
            arg,
            None if file is None else a_path(file, "--file"),
            tuple(param or ()),
            ctx.meta.get(TAKEN, {}),
            date,
        )
        return query(session, asked, output, everything)

    queries_command = _registrar(queries, OurCommand)

    @queries_command("list", "help.queries_list")
    def queries_list(
        kind: Annotated[
            str | None,
            typer.Option(
                metavar="KIND", help=texts.text("help.queries_kind", values=", ".join(KINDS))
            ),
        ] = None,
        output: Output = None,
        everything: All = False,
    ) -> int:
        from graph.cli.commands import queries_list

        return queries_list(session, one_of(kind, KINDS, "--kind"), output, everything)

    @queries_command("show", "help.queries_show")
    def queries_show(
        name: Annotated[
            str, typer.Argument(metavar=texts["type.iri"], help=texts["help.queries_name"])
        ],
        output: Output = None,
    ) -> int:
        from graph.cli.commands import queries_show

        return queries_show(session, name, output)

    app.add_typer(queries, name="queries", context_settings=_NAMES)

    @app_command("describe", "help.describe")
    def describe(
        word: Annotated[
            str, typer.Argument(metavar=texts["type.iri"], help=texts["help.describe_word"])
        ],
        date: Day = None,
        output: Output = None,
        everything: All = False,
    ) -> int:
        from graph.cli.commands import describe

        return describe(session, word, date, output, everything)

    @app_command("stats", "help.stats")
    def stats(output: Output = None, everything: All = False) -> int:
        from graph.cli.commands import stats

        return stats(session, output, everything)

    from graph.cli.app_submit import register

    register(app_command, session, Output, All)
    keys = typer.Typer(cls=OurGroup, help=texts["help.key"], rich_markup_mode=None)
    from graph.cli.app_key import register as register_keys

    register_keys(_registrar(keys, OurCommand), app_command, session, Output, All)
    app.add_typer(keys, name="key", context_settings=_NAMES)

    @app_command("export", "help.export")
    def export(
        output: Annotated[
            str, typer.Option("--format", metavar="FORMAT", help=texts["help.export_format"])
        ] = _EXPORTS[0],
        place: Annotated[
            str | None,
            typer.Option("-o", "--output", metavar="PATH", help=texts["help.export_output"]),
        ] = None,
        folder: Annotated[
            str | None, typer.Option("--folder", metavar="DIR", help=texts["help.export_folder"])
        ] = None,
    ) -> int:
        from graph.cli.commands import export

        if folder is not None:
            if place is not None:
                raise BadOption("twice", name="--folder")
            return export(session, _EXPORTS[-1], a_path(folder, "--folder"))
        one_of(output, _EXPORTS, "--format")
        return export(session, output, None if place is None else a_path(place, "--output"))

    from graph.cli import app_operate

    app_operate.register(app_command, session)

    @app_command("template", "help.template")
    def template(
        place: Annotated[
            str, typer.Option("-o", "--output", metavar="FILE", help=texts["help.template_output"])
        ],
        organisation: Annotated[
            str | None,
            typer.Option(metavar="ORGNR", help=texts["help.template_organisation"]),
        ] = None,
    ) -> int:
        from graph.cli.template import template

        return template(session, a_path(place, "--output"), organisation)

    return app


def _registrar(app: typer.Typer, kind: type[Command]) -> Callable[[str, str], Callable[[F], F]]:
    def register(name: str, key: str) -> Callable[[F], F]:
        return app.command(name, cls=kind, help=kind.texts[key], context_settings=_NAMES)

    return register


def gap_options(session: Session) -> list[Option]:
    """Give the options that the headers of the gap queries bring."""
    from graph.options import of

    found = of(session.queries("gaps"), columns=True)
    known = {option.name for option in found}
    return found + [option for option in state_options(session) if option.name not in known]


def state_options(session: Session) -> list[Option]:
    """Give the options that the header of the question of the needs' states brings."""
    from graph.gaps import STATES
    from graph.options import of

    return of([session.query(STATES)] if STATES in session.paths else [])


def flow_options(session: Session) -> list[Option]:
    """Give the options that the header of the question of the flows' states brings."""
    from graph.matrix import STATES
    from graph.options import of

    return of([session.query(STATES)] if STATES in session.paths else [])


def query_options(session: Session, args: Sequence[str]) -> list[Option]:
    """Give the options of the query that the line names; of no query when it names none."""
    from graph.options import of

    named = [arg for arg in args if arg in session.paths]
    return of([session.query(name) for name in named[:1]])
