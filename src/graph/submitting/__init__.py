"""The steward's door: a file in, a receipt out; and back again.

    submit    read → difference → whose it is → judge → try it on a draft → commit
    undo      the change of a receipt, backwards, as a commit of its own
    history   every receipt
    erase     what was taken back and must not be kept: a note in its place

One commit is one step of the store: the content, what tells of the commit, and all that follows
from it land together. The order of writes is told in `store/log.py`.
"""

from graph.submitting.committing import Outcome
from graph.submitting.erasing import Erased, erase
from graph.submitting.taking import submit
from graph.submitting.undoing import change_of, erasures, history, named, undo
from graph.submitting.who import Who, who

__all__ = [
    "Erased",
    "Outcome",
    "Who",
    "change_of",
    "erase",
    "erasures",
    "history",
    "named",
    "submit",
    "undo",
    "who",
]
