"""Rows in, pictures out: SVG that a page, a report or a file can hold. Knows no domain.

The templates lie beside this file. Looks are told by presentation attributes, so a picture needs no
style of its own and stands in a page with the strictest policy. Each has a title and a sentence
that says what it shows, and says by words and by hatching what it also says by colour.
"""

from graph.pictures.grid import Grid, Square, draw_grid

__all__ = ["Grid", "Square", "draw_grid"]
