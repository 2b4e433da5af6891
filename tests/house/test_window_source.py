"""Habits that Qt punishes late and far away, found in the source instead."""

from __future__ import annotations

import ast
import enum
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from house.source import PACKAGE, calls, modules
from PySide6.QtCore import Qt

WINDOW = [module for module in modules() if module.room == "ui"]
# Paper is white and ink is black, whatever the window wears.
PAPER = {"ui/parts/page_view.py", "ui/screens/paper.py"}
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(")


def test_no_signal_is_connected_to_a_lambda():
    """It keeps the widget alive for ever, and fires on a dead one."""
    assert not [
        module.at(call)
        for module in WINDOW
        for call in calls(module, "connect")
        if any(isinstance(node, ast.Lambda) for argument in call.args for node in ast.walk(argument))
    ]


def test_translated_words_are_literals():
    """lupdate reads the source: it takes tr(f"...") as it stands and misses a variable altogether.

    `translate` may be given a variable whose words were marked where they are written, but its context
    is a literal in both places.
    """
    wrong = []
    for module in WINDOW:
        asked = [(call, call.args[0]) for call in calls(module, "tr") if call.args]
        asked += [(call, call.args[0]) for call in calls(module, "translate") if len(call.args) > 1]
        asked += [(call, part) for call in calls(module, "QT_TRANSLATE_NOOP") for part in call.args]
        wrong += [module.at(call) for call, text in asked if not isinstance(text, ast.Constant)]
    assert not wrong


def test_translators_are_given_every_word_of_the_window(tmp_path):
    """What Qt's own collector finds is compared with what the source says; it misses some forms silently."""
    collector, file = Path(sys.executable).parent / "pyside6-lupdate", tmp_path / "window.ts"
    subprocess.run(
        [collector, "-silent", "-extensions", "py", "-locations", "none", PACKAGE / "ui", "-ts", file],
        check=True,
        timeout=60,
    )
    collected = {each.text for each in ElementTree.parse(file).iter("source")}
    said = {
        argument.value
        for module in WINDOW
        for call in calls(module, "tr")
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant)
    }
    assert said
    assert not said - collected


def test_colours_live_in_the_tokens():
    wrong = []
    for module in WINDOW:
        for node in module.walk(ast.Constant):
            if (
                isinstance(node.value, str)
                and COLOUR.search(node.value)
                and not _is_docstring(module.tree, node)
            ):
                wrong.append(f"{module.at(node)} {node.value[:40]!r}")
        for call in calls(module, "QColor"):
            if call.args and all(isinstance(argument, ast.Constant) for argument in call.args):
                wrong.append(module.at(call))
        for node in module.walk(ast.Attribute):
            allowed = {"transparent", "white", "black"} if module.name in PAPER else {"transparent"}
            if ast.unparse(node.value) == "Qt.GlobalColor" and node.attr not in allowed:
                wrong.append(f"{module.at(node)} {node.attr}")
    assert not wrong


def _is_docstring(tree: ast.Module, constant: ast.Constant) -> bool:
    return any(isinstance(node, ast.Expr) and node.value is constant for node in ast.walk(tree))


def test_there_is_one_event_loop():
    """`processEvents` and nested `exec` make saves re-entrant; dialogs open and say when they finished."""
    wrong = []
    for module in WINDOW:
        wrong += [module.at(call) for call in calls(module, "processEvents")]
        wrong += [module.at(call) for call in calls(module, "exec") if module.name != "ui/application.py"]
    assert not wrong


def test_no_object_of_qt_lives_in_a_worker():
    """No QThread, no QRunnable, no moveToThread: lanes are plain executors, one bridge carries results."""
    assert not [
        module.at(node)
        for module in WINDOW
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Name) and node.id in {"QThread", "QRunnable", "QThreadPool"})
        or (isinstance(node, ast.Attribute) and node.attr == "moveToThread")
    ]


def test_enums_are_scoped():
    """`Qt.AlignLeft` works only by forgiveness; `Qt.AlignmentFlag.AlignLeft` is the name."""
    assert not [
        f"{module.at(node)} Qt.{node.attr}"
        for module in WINDOW
        for node in module.walk(ast.Attribute)
        if ast.unparse(node.value) == "Qt" and isinstance(getattr(Qt, node.attr, None), enum.Enum)
    ]


def test_window_titles_never_carry_what_was_written():
    """A task bar is read by anybody who walks past."""
    wrong = []
    for module in WINDOW:
        for call in calls(module, "setWindowTitle"):
            literal = call.args and (
                isinstance(call.args[0], ast.Constant)
                or ast.unparse(call.args[0]).startswith(("self.tr('", 'self.tr("'))
            )
            if not literal:
                wrong.append(module.at(call))
    assert not wrong
