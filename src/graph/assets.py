"""Where ontology/, shapes/, queries/ and data/ are. The only module that knows paths.

Each function takes another root, so that a test can build from a small project of its own.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from graph.errors import UnknownName
from graph.terms import GRAPH, iri

_PACKAGE = Path(__file__).resolve().parent
_REPOSITORY = _PACKAGE.parents[1]
# kind -> folder, pattern, and the folder below it that belongs to another kind
_KINDS: dict[str, tuple[str, str, str | None]] = {
    "ontology": ("ontology", "*.ttl", None),
    "contexts": ("ontology/contexts", "*.jsonld", None),
    "data": ("data", "*.ttl", None),
    "shapes": ("shapes", "*.ttl", "house"),
    "house": ("shapes/house", "*.ttl", None),
    "checks": ("shapes/checks", "*.rq", None),
    "rules": ("queries/rules", "*.rq", None),
    "views": ("queries/views", "*.rq", None),
    "gaps": ("queries/gaps", "*.rq", None),
    "questions": ("queries/questions", "*.rq", None),
    "networks": ("queries/networks", "*.rq", None),
    "ownership": ("queries/ownership", "*.rq", None),
    "queries": ("queries", "*.rq", None),
}
_GRAPHS = {
    "data/": "",
    "ontology/": "ontology/",
    "queries/rules/": "derived/",
    "queries/views/": "derived/view/",
}
# Graphs that no content is kept in: they are made anew.
_APART = ("ontology/", "derived/")
# What the store's content follows from; questions asked of it later are not among them.
_DIGESTED = ("ontology", "data", "views", "rules", "shapes", "checks")


def checkout() -> Path | None:
    """Give the repository's root when the package runs from a checkout, else None."""
    whole = (_REPOSITORY / "ontology").is_dir() and (_REPOSITORY / "pyproject.toml").is_file()
    return _REPOSITORY if whole else None


def root() -> Path:
    """Give the folder that holds the assets: the checkout wins over copies in the package."""
    return checkout() or _PACKAGE / "_assets"


def ontology(base: Path | None = None) -> Path:
    """Give the folder of the vocabulary."""
    return (base or root()) / "ontology"


def shapes(base: Path | None = None) -> Path:
    """Give the folder of the shapes."""
    return (base or root()) / "shapes"


def queries(base: Path | None = None) -> Path:
    """Give the folder of the queries, rules among them."""
    return (base or root()) / "queries"


def data(base: Path | None = None) -> Path:
    """Give the folder of what is known."""
    return (base or root()) / "data"


def files(kind: str, base: Path | None = None) -> list[Path]:
    """List the files of a kind, sorted by path; `shapes` leaves out those about ourselves."""
    if kind not in _KINDS:
        raise UnknownName(kind, "assets", sorted(_KINDS))
    folder, pattern, apart = _KINDS[kind]
    start = (base or root()) / folder
    found = (
        path
        for path in start.rglob(pattern)
        if path.is_file() and (apart is None or path.relative_to(start).parts[0] != apart)
    )
    return sorted(found, key=lambda path: path.relative_to(start).as_posix())


def graph_iri(path: Path, base: Path | None = None) -> str:
    """Name the graph that a file of ours is loaded into; ValueError for any other file.

    data/registers/x.ttl -> …/graph/registers/x; ontology/x.ttl -> …/graph/ontology/x;
    queries/rules/x.rq -> …/graph/derived/x.
    """
    top = base or root()
    name = path.relative_to(top).with_suffix("").as_posix()
    for folder, graph in _GRAPHS.items():
        if name.startswith(folder):
            return GRAPH + graph + name.removeprefix(folder)
    raise ValueError(f"no graph is made from {path}")


def relative(path: Path, base: Path | None = None) -> str:
    """Name a file as people see it: from the assets' root where it lies below, else as given."""
    try:
        return path.relative_to(base or root()).as_posix()
    except ValueError:
        return str(path)


def data_files(folder: Path) -> list[Path]:
    """List the files of a content that lies in any folder, sorted by path."""
    found = (path for path in folder.rglob("*.ttl") if path.is_file())
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def data_graph(path: Path, folder: Path) -> str:
    """Name the graph that a file of a content is loaded into; ValueError for no name of a graph."""
    name = path.relative_to(folder).with_suffix("").as_posix()
    if name.startswith(_APART):
        raise ValueError(f"no content is kept in {name}")
    return iri(GRAPH + name).value


def digest(base: Path | None = None, data_folder: Path | None = None) -> str:
    """Give the SHA-256 of names and bytes of every file that a build reads.

    `data_folder` is where the content lies, if not with the rest.
    """
    top = base or root()
    content_in = data_folder or data(top)
    total = hashlib.sha256()
    for kind in _DIGESTED:
        own = kind == "data"
        for path in data_files(content_in) if own else files(kind, top):
            content = path.read_bytes()
            name = path.relative_to(content_in if own else top).as_posix()
            # The length keeps two neighbouring files from being read as one.
            total.update(f"{'data/' if own else ''}{name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()
