"""Three lanes beside the GUI thread, one worker each; whoever needs an order of work takes a lane.

    store    owns the open database; waits for nobody
    net      owns the HTTP session; may wait for store
    render   PDF, XLSX, statistics; may wait for store

Nobody waits for net or render, and the GUI thread waits for nobody, so there is no circle to be
caught in. A lane that closes first finishes what it was given, then ends its thread, then refuses.
No Qt here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class LaneName(StrEnum):
    """Which lane an operation takes."""

    STORE = "store"
    NET = "net"
    RENDER = "render"


class LaneClosed(RuntimeError):
    """Work was brought to a lane after it had closed; it was not begun."""


class Lane:
    """One worker thread and its queue."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"outreach-{name}")
        self._door = threading.Lock()
        self._is_closed = False

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Queue `call`; its future carries the result or what it raised. LaneClosed after `close`."""
        with self._door:
            if self._is_closed:
                raise LaneClosed(self.name)
            return self._executor.submit(call)

    def close(self) -> None:
        """Refuse from now on, finish what is queued, end the thread. Closing twice is no mistake."""
        with self._door:
            self._is_closed = True
        self._executor.shutdown(wait=True)


class Lanes:
    """The three lanes of one program; `cancelled` asks long work on net and render to stop early."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self._lanes = {name: Lane(name.value) for name in LaneName}

    def __getitem__(self, name: LaneName) -> Lane:
        return self._lanes[name]

    def close(self) -> None:
        """Close those who may wait for store before store itself, so that none of them waits in vain."""
        self.cancelled.set()
        for name in (LaneName.NET, LaneName.RENDER, LaneName.STORE):
            self._lanes[name].close()
