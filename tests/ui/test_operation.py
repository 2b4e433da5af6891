"""The shape of every button: a lane, a way back, one place for troubles, none lost."""

from __future__ import annotations

import threading
from typing import NamedTuple

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QWidget

from outreach_app.domain.trouble import Trouble
from outreach_app.ui.lanes import Lane, LaneClosed, LaneName, Lanes
from outreach_app.ui.operation import Operation, Operations, Question
from outreach_app.ui.parts.button import Button


class Moved(NamedTuple):
    kinds: frozenset[str]
    ids: frozenset[str]


class Finished(NamedTuple):
    result: str
    changes: Moved


MOVED = Moved(frozenset({"visit"}), frozenset({"v1"}))


def arrive() -> Finished:
    return Finished(threading.current_thread().name, MOVED)


def refuse() -> Finished:
    raise Trouble("example-trouble")


@pytest.fixture
def owner(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def test_a_verb_runs_on_its_lane_and_its_result_comes_back_to_the_window(
    qtbot, operations: Operations, owner
) -> None:
    seen: list[tuple[str, bool]] = []

    def show(result: str) -> None:
        seen.append((result, QThread.currentThread() is QApplication.instance().thread()))

    with qtbot.waitSignal(operations.bus.changed) as told:
        operations.start(Operation(owner, arrive, success=show))
    assert seen == [("outreach-store_0", True)]
    assert told.args == [MOVED, owner]


def test_a_question_changes_nothing_and_may_take_another_lane(qtbot, operations: Operations, owner) -> None:
    seen: list[str] = []
    told: list[object] = []
    operations.bus.changed.connect(told.append)

    def draw() -> str:
        return threading.current_thread().name

    with qtbot.waitSignal(operations.idled):
        operations.start(Question(owner, draw, success=seen.append, lane=LaneName.RENDER))
    assert seen == ["outreach-render_0"]
    assert not told


def test_a_trouble_goes_to_the_one_who_asked_or_else_to_the_window(
    qtbot, operations: Operations, owner
) -> None:
    mine: list[Trouble] = []
    with qtbot.waitSignal(operations.idled):
        operations.start(Operation(owner, refuse, trouble=mine.append))
    assert [trouble.code for trouble in mine] == ["example-trouble"]
    with qtbot.waitSignal(operations.trouble_met) as met:
        operations.start(Operation(owner, refuse))
    assert met.args[0].code == "example-trouble"


def test_a_bug_flies_to_the_excepthook_and_work_goes_on(qtbot, operations: Operations, owner) -> None:
    def stumble() -> str:
        raise ZeroDivisionError

    seen: list[str] = []
    with qtbot.captureExceptions() as flown, qtbot.waitSignal(operations.idled):
        operations.start(Question(owner, stumble, success=seen.append))
    assert [kind for kind, _, _ in flown] == [ZeroDivisionError]
    with qtbot.waitSignal(operations.idled):
        operations.start(Question(owner, lambda: "still here", success=seen.append))
    assert seen == ["still here"]
    assert not operations.is_busy


def test_an_owner_that_is_gone_is_not_called_but_the_change_is_announced(
    qtbot, operations: Operations
) -> None:
    owner = QWidget()
    seen: list[str] = []
    gate = threading.Event()

    def wait_and_arrive() -> Finished:
        gate.wait(5)
        return arrive()

    operations.start(Operation(owner, wait_and_arrive, success=seen.append))
    owner.deleteLater()
    QApplication.sendPostedEvents(owner, 52)  # DeferredDelete, at once
    with qtbot.waitSignal(operations.bus.changed):
        gate.set()
    assert not seen


def test_a_button_cannot_be_pressed_twice_and_gets_its_focus_back(
    qtbot, operations: Operations, owner
) -> None:
    owner.resize(300, 100)
    button = Button("Arrive", name="arrive", parent=owner)
    other = Button("Leave", name="leave", parent=owner)
    other.move(150, 0)
    with qtbot.waitExposed(owner):
        owner.show()
    owner.activateWindow()
    button.setFocus()
    gate = threading.Event()

    def wait_and_arrive() -> Finished:
        gate.wait(5)
        return arrive()

    operations.start(Operation(button, wait_and_arrive, button=button))
    assert not button.isEnabled()
    with qtbot.waitSignal(operations.idled):
        gate.set()
    assert button.isEnabled()
    assert button.hasFocus()


def test_a_closed_lane_has_finished_what_it_was_given_and_refuses_more() -> None:
    lane = Lane("store")
    done: list[int] = []
    for number in range(5):
        lane.submit(lambda number=number: done.append(number))
    lane.close()
    assert done == [0, 1, 2, 3, 4]
    with pytest.raises(LaneClosed):
        lane.submit(lambda: None)
    lane.close()


def test_closing_all_lanes_lets_net_finish_its_call_on_store() -> None:
    lanes = Lanes()
    waiting = threading.Event()

    def carry() -> str:
        waiting.set()
        return lanes[LaneName.STORE].submit(lambda: "kept").result(timeout=5)

    carried = lanes[LaneName.NET].submit(carry)
    assert waiting.wait(5)
    lanes.close()
    assert carried.result() == "kept"
    assert lanes.cancelled.is_set()
