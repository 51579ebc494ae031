"""Read the header of a `.rq` file, bind its parameters, give a `Query`.

A header is a block of `#+` lines at the top of the file; what follows `#+ ` is TOML. Name, kind and
layer of a query are its file name and folders. Reading is strict: an unknown key, a text without
nb or en, a parameter that the query does not declare by VALUES, columns that differ from the
SELECT: each is refused with file and line.
"""

from graph.query.bind import bind, defaults, today, values_of
from graph.query.model import (
    ASKABLE,
    KINDS,
    LAYER_IRIS,
    LAYERS,
    MAKERS,
    SEVERITIES,
    TYPES,
    UNITS,
    YES_OR_NO,
    Parameter,
    Query,
    Texts,
)
from graph.query.read import load, load_all
from graph.terms import LANGUAGES

__all__ = [
    "ASKABLE",
    "KINDS",
    "LANGUAGES",
    "LAYERS",
    "LAYER_IRIS",
    "MAKERS",
    "SEVERITIES",
    "TYPES",
    "UNITS",
    "YES_OR_NO",
    "Parameter",
    "Query",
    "Texts",
    "bind",
    "defaults",
    "load",
    "load_all",
    "today",
    "values_of",
]
