"""What a server has at hand, whoever asks: the newest version of the graph, and the processes.

`Service` is made once and asked by many threads. It knows nothing of HTTP.

service    the newest version, and what can be done now
snapshot   one version, ready to be asked
watch      looks after the store in the background; whole: what it looks for
claim      one server for each store
journal    what the operator reads
"""

from graph.serving.claim import Claim
from graph.serving.journal import Journal
from graph.serving.service import Service
from graph.serving.snapshot import Snapshot
from graph.serving.watch import State
from graph.serving.whole import look_through, told_of

__all__ = ["Claim", "Journal", "Service", "Snapshot", "State", "look_through", "told_of"]
