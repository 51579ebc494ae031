"""Livsgraf: the plumbing between RDF files and the people who ask them questions."""

__version__ = "0.1.0"
