"""The workbook to fill in: made from the shapes, read cell by cell, given back with its faults.

The only importer of openpyxl. Knows no class of things: what sheets there are is said by
ontology/sheets.ttl, what columns they have by the shapes.
"""

from graph.sheet.asked import known_of
from graph.sheet.derive import load_model
from graph.sheet.known import Known
from graph.sheet.limits import USUAL, Limits
from graph.sheet.marks import Marked, mark
from graph.sheet.model import Column, Model, Sheet
from graph.sheet.prefill import Held, held
from graph.sheet.read import read_table
from graph.sheet.template import Template, fill_template, write_template

__all__ = [
    "USUAL",
    "Column",
    "Held",
    "Known",
    "Limits",
    "Marked",
    "Model",
    "Sheet",
    "Template",
    "fill_template",
    "held",
    "known_of",
    "load_model",
    "mark",
    "read_table",
    "write_template",
]
