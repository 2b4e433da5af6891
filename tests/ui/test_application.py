"""The application object in a process of its own: what it loads, how it meets bugs, who collects garbage."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

SLOW = ["keyring", "requests", "sqlite_utils", "sqlcipher3", "typst", "cryptography", "qtawesome", "qtpy"]


def run(body: str) -> dict[str, object]:
    """What a program with an application prints as JSON on its last line."""
    head = """
        import gc, json, sys, threading
        from outreach_app.ui.application import build_application
        from outreach_app.ui.look import Theme, Wearing
        application = build_application(["outreach"], Wearing(Theme.LIGHT, is_still=True))
    """
    program = dedent(head) + dedent(body)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    told["stderr"] = done.stderr
    return told


def test_nothing_heavy_is_loaded_before_the_door_is_painted() -> None:
    told = run(
        f"""
        from PySide6.QtWidgets import QVBoxLayout, QWidget
        from outreach_app.ui.parts.button import Button
        from outreach_app.ui.window import Window
        window = Window()
        door = QWidget()
        QVBoxLayout(door).addWidget(Button("Unlock", name="unlock", kind="primary"))
        window.show_door(door)
        window.show()
        application.processEvents()
        print(json.dumps({{"loaded": [name for name in {SLOW} if name in sys.modules]}}))
        """
    )
    assert told["loaded"] == []


def test_a_bug_in_a_slot_is_reported_without_its_words_and_the_program_goes_on() -> None:
    told = run(
        """
        from PySide6.QtCore import QTimer
        reports = []
        def stumble():
            raise ValueError("Ana Example, 07700 900123")
        def meet(report):
            reports.append(str(report))
            QTimer.singleShot(0, application.quit)
        application.bug_met.connect(meet)
        QTimer.singleShot(0, stumble)
        application.exec()
        print(json.dumps({"reports": reports}))
        """
    )
    (report,) = told["reports"]
    assert "ValueError" in report
    assert "stumble" in report
    assert "Ana" not in report + str(told["stderr"])


def test_a_bug_in_another_thread_arrives_in_the_window() -> None:
    told = run(
        """
        from PySide6.QtCore import QThread
        seen = []
        def stumble():
            raise KeyError("secret")
        def meet(report):
            seen.append([report.kind, QThread.currentThread() is application.thread()])
            application.quit()
        application.bug_met.connect(meet)
        threading.Thread(target=stumble).start()
        application.exec()
        print(json.dumps({"seen": seen}))
        """
    )
    assert told["seen"] == [["KeyError", True]]
    assert "secret" not in str(told["stderr"])


def test_garbage_is_collected_in_the_gui_thread_only_and_handed_back_at_the_end() -> None:
    told = run(
        """
        from PySide6.QtCore import QTimer
        threads = []
        def note(phase, facts):
            threads.append(threading.current_thread() is threading.main_thread())
        gc.callbacks.append(note)
        def make_rings():
            for _ in range(20_000):
                ring = []
                ring.append(ring)
        worker = threading.Thread(target=make_rings)
        was_off = not gc.isenabled()
        worker.start()
        worker.join()
        collected_by_worker = len(threads)
        QTimer.singleShot(1500, application.quit)
        application.exec()
        told = {"off": was_off, "by_worker": collected_by_worker, "threads": threads, "on": gc.isenabled()}
        print(json.dumps(told))
        """
    )
    assert told["off"] is True
    assert told["by_worker"] == 0
    assert told["threads"]
    assert all(told["threads"])
    assert told["on"] is True


def test_hiding_the_last_window_does_not_end_the_program() -> None:
    told = run(
        """
        from PySide6.QtCore import QTimer
        from outreach_app.ui.window import Window
        window = Window()
        window.show()
        left = []
        QTimer.singleShot(0, window.hide_now)
        QTimer.singleShot(300, lambda: left.append(window.isVisible()))
        QTimer.singleShot(350, application.quit)
        application.exec()
        print(json.dumps({"visible_after": left}))
        """
    )
    assert told["visible_after"] == [False]
