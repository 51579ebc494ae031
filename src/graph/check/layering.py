"""The floors of the house: who may import whom, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graph.check.project import Fault, Project

# A module may import from lower floors, and from its own folder. CONTRIBUTING draws this picture.
FLOORS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"terms", "errors", "sparql", "messages", "values", "wall", "scratch", "plain"}),
    frozenset({"rdf", "findings", "config", "assets", "pattern"}),
    frozenset({"query", "validate", "submission", "diff", "receipt", "labels", "names"}),
    frozenset({"store", "network", "provenance", "sheet"}),
    frozenset({"check", "closure", "describe", "export", "gaps", "reckoning"})
    | frozenset(
        {"worker", "catalog", "pictures", "render", "derive", "replay", "ownership", "faults"}
    )
    | frozenset({"access"}),
    frozenset({"examining", "asking", "wording", "options"})
    | frozenset({"scorecard", "matrix", "reasons", "ranking"}),
    frozenset({"pipeline", "submitting", "report"}),
    frozenset({"serving"}),
    frozenset({"api", "web"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
ONLY_IMPORTER: Final[dict[str, str]] = {
    "SPARQLWrapper": "graph.store.remote",
    "jinja2": "graph.pictures",
    "networkx": "graph.network",
    "pyshacl": "graph.validate",
    "fastapi": "graph.api",
    "limits": "graph.api",
    "openpyxl": "graph.sheet",
    "starlette": "graph.api",
    "uvicorn": "graph.api",
    "xlsxwriter": "graph.sheet",
}
# Importing these costs more time than a whole command should.
HEAVY: Final = frozenset({"rdflib", *ONLY_IMPORTER})
# What is made of a library alone may import it at the top: whoever imports it asked for that.
WHOLLY: Final[dict[str, frozenset[str]]] = {
    "graph.api": frozenset({"fastapi", "limits", "starlette", "uvicorn"})
}
_NO_RDF_FLOOR: Final = 7


def floor_of(module: str) -> int | None:
    """Give the floor of a module such as `graph.store.embedded`; None when it has none."""
    if module == "graph":
        return 0
    name = module.split(".")[1]
    return next((number for number, names in enumerate(FLOORS) if name in names), None)


def layering(project: Project) -> Iterator[Fault]:
    """Find imports that go up, libraries with a second importer, and heavy imports at the top."""
    for path in project.modules:
        relative = path.relative_to(project.root / "src").with_suffix("")
        parts = [part for part in relative.parts if part != "__init__"]
        yield from module_faults(project.name(path), ".".join(parts), path)


def module_faults(name: str, module: str, path: Path) -> Iterator[Fault]:
    """Find the faults of one module."""
    here = floor_of(module)
    if here is None:
        yield Fault("floor-unknown", name, 1, {"module": module})
        return
    tree = ast.parse(path.read_text("utf-8"))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    only_types = _only_for_types(tree)
    inner = {id(node) for function in _functions(tree) for node in ast.walk(function)}
    for node in ast.walk(tree):
        for target in _imports(node, package):
            line = getattr(node, "lineno", 1)
            top = target.split(".")[0]
            if top == "graph":
                yield from _upward(name, module, here, target, line)
            elif not _is_or_below(module, ONLY_IMPORTER.get(top, module)):
                values = {"library": top, "module": ONLY_IMPORTER[top]}
                yield Fault("only-importer", name, line, values)
            light = id(node) in inner or id(node) in only_types or top in _wholly(module)
            if top in HEAVY and not light:
                yield Fault("heavy-import", name, line, {"library": top})
            if top in {"rdflib", "pyoxigraph"} and here >= _NO_RDF_FLOOR:
                yield Fault("only-importer", name, line, {"library": top, "module": "graph.rdf"})
    yield from _reserved(name, module, tree)


def _wholly(module: str) -> frozenset[str]:
    return next((tops for made, tops in WHOLLY.items() if _is_or_below(module, made)), frozenset())


def _is_or_below(module: str, owner: str) -> bool:
    return module == owner or module.startswith(f"{owner}.")


def _upward(name: str, module: str, here: int, target: str, line: int) -> Iterator[Fault]:
    there = floor_of(target)
    same_folder = len(module.split(".")) > 1 and module.split(".")[1:2] == target.split(".")[1:2]
    if there is None:
        yield Fault("floor-unknown", name, line, {"module": target})
    elif target != "graph" and not same_folder and there >= here:
        values = {"target": target, "there": str(there), "here": str(here)}
        yield Fault("floor", name, line, values)


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node


def _only_for_types(tree: ast.Module) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            found |= {id(inner) for statement in node.body for inner in ast.walk(statement)}
    return found


def _imports(node: ast.AST, package: str) -> list[str]:
    """Give the modules an import statement names; `from graph import x` names graph.x."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, *([base] if base else [])])
    if base == "graph":
        return [
            f"graph.{alias.name}" if alias.name != "__version__" else base for alias in node.names
        ]
    return [base]


def _reserved(name: str, module: str, tree: ast.Module) -> Iterator[Fault]:
    """Find the environment read outside config, and the engine's Store outside store.embedded."""
    engines = {"pyoxigraph"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            engines |= {a.asname or a.name for a in node.names if a.name == "pyoxigraph"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            taken = {(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = "pyoxigraph" if node.value.id in engines else node.value.id
            taken = {(owner, node.attr)}
        else:
            continue
        if taken & {("os", "environ"), ("os", "getenv")} and module != "graph.config":
            values = {"library": "os.environ", "module": "graph.config"}
            yield Fault("only-importer", name, node.lineno, values)
        if ("pyoxigraph", "Store") in taken and module != "graph.store.embedded":
            values = {"library": "pyoxigraph.Store", "module": "graph.store.embedded"}
            yield Fault("only-importer", name, node.lineno, values)
