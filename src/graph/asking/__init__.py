"""Questions that strangers write, asked of the graph in processes that can be stopped.

    vet      what is refused before the engine sees it, and which graphs a question names
    pool     the processes: one question each, slow ones give way, late ones are stopped
    there    what runs in a process: evaluate, count, write

An answer is whole or there is none.
"""

from graph.asking.model import Asked, Form, Reply
from graph.asking.pool import Pool

__all__ = ["Asked", "Form", "Pool", "Reply"]
