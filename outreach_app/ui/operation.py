"""The shape of every button: what to do, for whom, and what to show afterwards.

An `Operation` changes records and says what it changed; a `Question` only reads. Both run their verb on
a lane (store, unless said otherwise) and come back into the GUI thread::

    operations.start(Operation(
        self, partial(visits.arrive, house, hotspot), success=self._on_arrived, button=self.arrive_button,
    ))

    operations.start(Question(self, partial(today.read, house), success=self._show))

The verb must not touch a widget. `success` receives the result (for an Operation the `result` of
`Done`), then `bus.changed(changes, initiator)` tells the window. A `Trouble` goes to `trouble`, or to
`Operations.trouble_met`, which the window shows as a banner. Anything else is a bug and flies to the
excepthook. If `owner` has been destroyed meanwhile neither is called, but the change is still announced.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from outreach_app.domain.trouble import Trouble
from outreach_app.ui.bridge import Bridge
from outreach_app.ui.bus import Bus, Changes
from outreach_app.ui.lanes import LaneName, Lanes

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Done(Protocol[R_co]):
    """What a verb of `work` returns."""

    @property
    def result(self) -> R_co:
        """For the one who asked."""

    @property
    def changes(self) -> Changes:
        """For everybody else."""


class _Run(Generic[R]):
    """What an operation and a question have in common."""

    def __init__(
        self,
        owner: QWidget,
        verb: Callable[[], Any],
        *,
        success: Callable[[R], object] | None = None,
        trouble: Callable[[Trouble], object] | None = None,
        lane: LaneName = LaneName.STORE,
        button: QWidget | None = None,
    ) -> None:
        self.owner = owner
        self.verb = verb
        self.success = success
        self.trouble = trouble
        self.lane = lane
        self.button = button
        """Switched off while the verb runs, so that it cannot be pressed twice."""


class Question(_Run[R]):
    """Read something; `verb` returns it."""


class Operation(_Run[R]):
    """Change something; `verb` returns a `Done`. `initiator` (the owner unless given) goes on the bus."""

    def __init__(
        self,
        owner: QWidget,
        verb: Callable[[], Done[R]],
        *,
        success: Callable[[R], object] | None = None,
        trouble: Callable[[Trouble], object] | None = None,
        lane: LaneName = LaneName.STORE,
        button: QWidget | None = None,
        initiator: object = None,
    ) -> None:
        super().__init__(owner, verb, success=success, trouble=trouble, lane=lane, button=button)
        self.initiator = owner if initiator is None else initiator


class Operations(QObject):
    """Where operations are started. One per program; every screen is given it."""

    trouble_met = Signal(object)
    """A Trouble nobody else has taken."""
    idled = Signal()
    """Nothing is running any more."""

    def __init__(self, lanes: Lanes, bridge: Bridge, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lanes = lanes
        self.bridge = bridge
        self.bus = bus
        self._running = 0

    @property
    def is_busy(self) -> bool:
        """Whether anything started here has not come back yet."""
        return self._running > 0

    def start(self, run: Operation[R] | Question[R]) -> None:
        """Begin; returns at once. LaneClosed if the program is ending."""
        future = self.lanes[run.lane].submit(run.verb)
        self._running += 1
        had_focus = run.button is not None and run.button.hasFocus()
        if run.button is not None:
            run.button.setEnabled(False)
        future.add_done_callback(partial(self._carry, run, had_focus))

    def _carry(self, run: Operation[R] | Question[R], had_focus: bool, future: Future[Any]) -> None:
        """In the worker: hand the future to the GUI thread."""
        self.bridge.post(partial(self._finish, run, had_focus, future))

    def _finish(self, run: Operation[R] | Question[R], had_focus: bool, future: Future[Any]) -> None:
        self._running -= 1
        try:
            self._release(run, had_focus)
            self._tell(run, future)
        finally:
            if not self._running:
                self.idled.emit()

    def _release(self, run: Operation[R] | Question[R], had_focus: bool) -> None:
        button = run.button
        if button is None or not isValid(button):
            return
        button.setEnabled(True)
        if had_focus and button.isVisible():
            button.setFocus()

    def _tell(self, run: Operation[R] | Question[R], future: Future[Any]) -> None:
        is_there = isValid(run.owner)
        failure = future.exception()
        if isinstance(failure, Trouble):
            if run.trouble is None:
                self.trouble_met.emit(failure)
            elif is_there:
                run.trouble(failure)
            return
        answer = future.result()  # a bug flies from here
        try:
            if run.success is not None and is_there:
                run.success(answer.result if isinstance(run, Operation) else answer)
        finally:
            if isinstance(run, Operation):
                self.bus.changed.emit(answer.changes, run.initiator)
