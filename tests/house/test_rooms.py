"""Rooms, names and floors: the shape of the house."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from house.source import PACKAGE, ROOT, modules, tracked

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "build_installer.spec",
    "docs",
    "outreach_app",
    "pyproject.toml",
    "requirements.lock",
    "resources",
    "tests",
}
ROOMS = {
    "assembly",
    "cli",
    "domain",
    "keys",
    "report",
    "resources",
    "server",
    "store",
    "sync",
    "ui",
    "wire",
    "work",
}
EMPTY_WORDS = {
    "base",
    "common",
    "data",
    "handler",
    "handlers",
    "helper",
    "helpers",
    "info",
    "manager",
    "managers",
    "misc",
    "processor",
    "util",
    "utils",
}
LONG_FILE = 850


def _words(name: str) -> set[str]:
    """`SyncManager` and `sync_manager` both hold `manager`."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def test_the_top_level_is_exactly_what_the_architecture_allows():
    assert {path.split("/")[0] for path in tracked()} == TOP_LEVEL


def test_the_import_contracts_hold():
    """Floors, circles, the blind server, and one door each for Qt, SQLCipher, key ring and network."""
    told = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_room_stands_and_every_contract_looks_at_it():
    here = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert here - {"__init__", "__main__"} == ROOMS
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    floors = next(each for each in contracts["contracts"] if each["type"] == "layers")["layers"]
    assert not [floor for floor in floors if "(" in floor], "a room in brackets may be missing unnoticed"


@pytest.mark.parametrize("card", sorted(PACKAGE.rglob("__init__.py")), ids=lambda path: path.parent.name)
def test_every_package_has_a_room_card_and_nothing_else(card):
    tree = ast.parse(card.read_text(encoding="utf-8"))
    words = ast.get_docstring(tree)
    assert words, "no docstring"
    assert len(words.splitlines()) <= 10
    others = [node for node in tree.body[1:] if not _is_version(node)]
    assert not others, f"line {others[0].lineno}: a room card holds only its docstring"
    if card.parent.parent == PACKAGE:
        for heading in ("Lives here:", "Never here:", "Who may come in:", "Start reading:"):
            assert heading in words


def _is_version(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"


def test_names_say_what_a_thing_is():
    empty = []
    for module in modules():
        if _words(module.path.stem) & EMPTY_WORDS:
            empty.append(module.name)
        for node in ast.walk(module.tree):
            named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if named and _words(node.name) & EMPTY_WORDS and not _is_anothers_name(module.room, node):
                empty.append(f"{module.at(node)} {node.name}")
    assert not empty


def _is_anothers_name(room: str, node: ast.AST) -> bool:
    """A class that fills somebody else's form keeps its names: a model's of Qt, a protocol's of asyncio."""
    name = getattr(node, "name", "")
    return (room == "ui" and (name == "data" or name != name.lower())) or name == "data_received"


def test_a_file_is_short_enough_to_be_read():
    long = {module.name: len(module.text.splitlines()) for module in modules()}
    assert not {name: lines for name, lines in long.items() if lines > LONG_FILE}


def test_every_module_begins_with_what_it_promises():
    assert not [module.name for module in modules() if not ast.get_docstring(module.tree)]


def test_nothing_unexpected_is_hidden():
    """Whoever catches everything passes it on, or is a door that must answer something and says why."""
    hidden = []
    for module in modules():
        lines = module.text.splitlines()
        for handler in module.walk(ast.ExceptHandler):
            caught = ast.unparse(handler.type) if handler.type else "everything"
            passes_on = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
            says_why = "#" in "".join(lines[handler.lineno - 1 : handler.lineno + 1])
            if caught in {"everything", "Exception", "BaseException"} and not (passes_on or says_why):
                hidden.append(f"{module.at(handler)} catches {caught} and does not say why")
    assert not hidden


def test_clock_and_chance_are_given_in():
    """Below `assembly` nobody asks the machine for the time or for random numbers."""
    asked = []
    for module in modules():
        if module.room in {"assembly", "__main__", "ui", "cli", "server"}:
            continue
        for call in module.walk(ast.Call):
            spoken = ast.unparse(call.func)
            if spoken in {
                "datetime.now",
                "datetime.utcnow",
                "date.today",
                "time.time",
                "uuid4",
                "uuid.uuid4",
            } or spoken.startswith(("random.", "secrets.")):
                asked.append(f"{module.at(call)} {spoken}()")
    assert not asked


def test_no_test_folder_is_a_package_and_no_two_tests_share_a_name():
    names = [Path(path).name for path in tracked() if re.fullmatch(r"tests/.*/test_\w+\.py", path)]
    assert not [path for path in tracked() if re.fullmatch(r"tests/(.*/)?__init__\.py", path)]
    assert not {name for name in names if names.count(name) > 1}


def test_no_test_waits_by_sleeping_or_mocks_what_is_ours():
    """A loop that looks again and again may let Qt work meanwhile; a wait of a fixed length is a guess."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path.stem.endswith("photos"):
            continue  # a photographer waits for the light
        tree = ast.parse(path.read_text(encoding="utf-8"))
        looping = {
            id(node)
            for loop in ast.walk(tree)
            if isinstance(loop, ast.For | ast.While)
            for node in ast.walk(loop)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                spoken = ast.unparse(node.func)
                is_guess = spoken in {"QTest.qWait", "qtbot.wait"} and id(node) not in looping
                if is_guess or spoken in {"time.sleep", "sleep"}:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} sleeps")
            if isinstance(node, ast.Import | ast.ImportFrom) and "unittest.mock" in ast.unparse(node):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} mocks")
    assert not found


def test_every_test_says_something():
    """A test asserts, waits for a raise, or calls something of the tests that does."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("*.py")}
    functions = [
        (path, node)
        for path, tree in sorted(trees.items())
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    telling = {
        node.name
        for _, node in functions
        if any(isinstance(part, ast.Assert | ast.Raise) for part in ast.walk(node))
    }
    known = 0
    while known != len(telling):
        known = len(telling)
        telling |= {
            node.name for _, node in functions if not node.name.startswith("test_") and _calls(node) & telling
        }
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, node in functions
        if path.name.startswith("test_")
        and node.name.startswith("test_")
        and node.name not in telling
        and not _calls(node) & (telling | OTHERS_CHECKS)
    ]
    assert not silent


# Of pytest, pytest-qt, Hypothesis, cryptography and the standard library: what raises when it is not so.
OTHERS_CHECKS = {
    "raises",
    "fail",
    "waitSignal",
    "waitUntil",
    "run_state_machine_as_test",
    "verify",
    "create_connection",
    "accessible",
}


def _calls(function: ast.FunctionDef) -> set[str]:
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {ast.unparse(each).rsplit(".", 1)[-1] for each in called}
