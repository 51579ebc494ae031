"""One thing → its page: what it is, what is said of it, what points at it, and what it rests on.

Knows no class. Headings, plurals, the order and how a thing is told in a line are the vocabulary's
own words, kept in ontology/pages.ttl.
"""

from graph.describe.namer import Namer, Value, alphabetical
from graph.describe.page import Group, Page, Rest, describe

__all__ = ["Group", "Namer", "Page", "Rest", "Value", "alphabetical", "describe"]
