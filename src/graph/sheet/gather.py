"""What has been read of a table so far: statements, the cell of each, faults and remarks."""

from __future__ import annotations

from graph.findings import Finding, Place, Severity, Texts
from graph.sheet.cells import Fault
from graph.sheet.faults import Where, finding
from graph.sheet.grid import Grid, address
from graph.sheet.known import Known
from graph.sheet.model import Column
from graph.submission import Places, Remark
from graph.terms import LANGUAGES, Quad, Term


class Gathered:
    """What one file says, with the cell of everything."""

    def __init__(self, name: str, known: Known) -> None:
        self.name = name
        self.known = known
        self.quads: list[Quad] = []
        self.emptied: set[tuple[Term, Term]] = set()
        self.kept: set[tuple[Term, Term, str]] = set()
        self.findings: list[Finding] = []
        self.remarks: list[Remark] = []
        self.subjects: dict[Term, Place] = {}
        self.pairs: dict[tuple[Term, Term], Place] = {}
        self.triples: dict[tuple[Term, Term, Term], Place] = {}
        self.tongues: dict[tuple[Term, Term, str], Place] = {}
        self.above: dict[Term, Term] = {}
        self.unread: set[tuple[Term, Term]] = set()
        self.labels: dict[Term, Texts] = {}
        self.examples: dict[tuple[str, str], str] = {}

    def places(self) -> Places:
        """Give where each thing, property and value stands."""
        return Places(self.name, self.subjects, self.pairs, self.triples, self.above, self.tongues)

    def at(self, grid: Grid, row: int, column: int) -> Place:
        """Give the place of a cell."""
        line = grid.lines.get(row)
        return Place(self.name, line=line, sheet=grid.name, cell=address(row, column))

    def say(self, subject: Term, predicate: Term, value: Term, place: Place) -> None:
        """Take in a statement."""
        self.quads.append((subject, predicate, value, None))
        self.pairs.setdefault((subject, predicate), place)
        self.triples.setdefault((subject, predicate, value), place)

    def tell(
        self,
        fault: Fault,
        place: Place,
        column: Column | None = None,
        where: Where | None = None,
        severity: Severity = "violation",
    ) -> None:
        """Take in a fault; one that is about no thing is about the sheet, or else the file."""
        if where is None:
            label = dict.fromkeys(LANGUAGES, place.sheet) if place.sheet else {}
            where = Where(f"{self.name}#{place.sheet}" if place.sheet else self.name, place, label)
        self.findings.append(finding(fault, where, column, self.known, severity))
