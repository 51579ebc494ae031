"""What a server has at hand, whoever asks: the newest version of the graph, and the processes.

`Service` is made once and asked by many threads. It knows nothing of HTTP.
"""

from graph.serving.service import Service
from graph.serving.snapshot import Snapshot

__all__ = ["Service", "Snapshot"]
