"""The graph over HTTP. Requests in, documents out. No SPARQL of its own, no rdflib.

app          routes and what surrounds them → one application
negotiate    what the asker wants: language, format
answer       an envelope → a response in the format asked for
problems     errors → problem documents, RFC 9457
<others>     one module for each group of routes, each with a `routes(service)`
"""

from graph.api.app import create_app

__all__ = ["create_app"]
