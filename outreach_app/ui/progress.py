"""How far long work has come."""

from __future__ import annotations


class Progress:
    """How far long work has come. The worker counts, the window looks: nothing floods the event loop.

    Give it to the verb (`partial(verb, progress=progress)`) and to a `parts.bars.ProgressLine`.
    """

    def __init__(self, total: int = 0) -> None:
        self.done = 0
        self.total = total
        self.is_cancelled = False

    def advance(self, steps: int = 1) -> None:
        """Called by the worker."""
        self.done += steps
