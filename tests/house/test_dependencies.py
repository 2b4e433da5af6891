"""What the house stands on: locked, reasoned, and guarded where it is known to give way."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib

import pytest
from house.source import ROOT, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def _plain(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def _locked() -> dict[str, str]:
    """Every requirement of the lock with its block of hashes."""
    return {
        _plain(block.split("==")[0]): block
        for block in re.findall(r"^[a-z0-9][^\n]*==(?:[^\n]*\n(?:    [^\n]*\n?)*)", LOCK, re.MULTILINE)
    }


def test_the_lock_has_hashes_for_everything():
    locked = _locked()
    assert len(locked) > 60
    assert not [name for name, block in locked.items() if "--hash=sha256:" not in block]


def test_the_lock_names_no_address():
    """Where packages come from is the business of the machine that installs them."""
    assert not re.search(
        r"https?:|file:|git\+|--(index-url|extra-index-url|find-links|trusted-host)| @ ", LOCK
    )


def test_the_lock_is_in_step_with_the_project():
    wanted = PROJECT["dependencies"] + [
        each for extra in PROJECT["optional-dependencies"].values() for each in extra
    ]
    assert not {_plain(each) for each in wanted} - set(_locked())


def test_every_dependency_has_its_line_of_reasons():
    """What for, why this one, what replaces it if it dies."""
    reasons = (ROOT / "docs/decisions/0003-dependencies.md").read_text(encoding="utf-8")
    named = {_plain(cell) for cell in re.findall(r"^\| ([A-Za-z0-9-]+) ", reasons, re.MULTILINE)}
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["server"]
    assert {_plain(each) for each in wanted} - named == set()


def test_what_is_imported_is_declared_and_what_is_declared_is_used():
    """A package that came along with another is not ours to lean on; one that nobody uses goes."""
    came_with = {"starlette": "fastapi", "shiboken6": "pyside6-essentials", "urllib3": "requests"}
    used_otherwise = {
        "psycopg",  # named in a database's address
        "qtawesome",  # its font is read as a file
        "tzdata",  # zoneinfo reads it where the system has no zones
    }
    imported = set()
    providers = importlib.metadata.packages_distributions()
    for module in modules():
        for node in ast.walk(module.tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            tops = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"outreach_app"}
            imported |= {_plain(providers[top][0]) for top in tops}
    imported = {came_with.get(name, name) for name in imported}
    declared = {_plain(each) for each in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["server"]}
    assert not imported - declared
    assert not declared - imported - used_otherwise


def _answer(program: str) -> object:
    """What a fresh interpreter prints as JSON, run with every warning an error."""
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_qt_gives_back_the_references_that_it_borrows():
    """PySide6 6.12 on CPython 3.11 loses one of None at each call; some thousand end the process."""
    lost = _answer(
        "import json, sys\n"
        "from PySide6.QtCore import QObject, Signal\n"
        "class Bell(QObject):\n"
        "    rung = Signal()\n"
        "bell = Bell()\n"
        "def count(): return sys.getrefcount(None), sys.getrefcount(True)\n"
        "before = count()\n"
        "for _ in range(300):\n"
        "    bell.rung.emit()\n"
        "    bell.setObjectName('bell')\n"
        "after = count()\n"
        "print(json.dumps([b - a for b, a in zip(before, after)]))\n"
    )
    assert max(lost) < 100, (
        f"lost references of (None, True): {lost}; see docs/decisions/0003-dependencies.md"
    )


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal from Python 3.12")
def test_the_pin_that_keeps_those_references_is_in_force():
    version = tuple(int(part) for part in importlib.metadata.version("PySide6-Essentials").split(".")[:2])
    assert version < (6, 12)


def test_store_makes_sqlite_utils_speak_sqlcipher():
    """Whoever imports any part of `store` first gets the shim before sqlite_utils is loaded."""
    told = _answer(
        "import json, sys\n"
        "import outreach_app.store.database\n"
        "import sqlcipher3, sqlite_utils.utils, sqlite_utils.db\n"
        "print(json.dumps([sys.modules['pysqlite3'] is sqlcipher3,\n"
        "    sys.modules['pysqlite3.dbapi2'] is sqlcipher3.dbapi2,\n"
        "    sqlite_utils.db.sqlite3.OperationalError is sqlcipher3.dbapi2.OperationalError]))\n"
    )
    assert told == [True, True, True]


def test_a_failed_returning_leaves_nothing_open(tmp_path):
    """Without the shim a savepoint stays open, later writes report success, and the file stays empty."""
    told = _answer(
        "import json\n"
        "import outreach_app.store.database\n"
        "import sqlcipher3, sqlite_utils\n"
        f"path = {str(tmp_path / 'records.db')!r}\n"
        "def opened():\n"
        "    connection = sqlcipher3.connect(path)\n"
        '    connection.execute("pragma key = \\"x\'" + \'07\' * 32 + "\'\\"")\n'
        "    return connection\n"
        "connection = opened()\n"
        "database = sqlite_utils.Database(connection)\n"
        "database['visit'].create({'id': int}, pk='id', strict=True)\n"
        "list(database.query('insert into visit values (1) returning id'))\n"
        "try:\n"
        "    list(database.query('insert into visit values (1) returning id'))\n"
        "except sqlcipher3.dbapi2.IntegrityError:\n"
        "    pass\n"
        "is_open = connection.in_transaction\n"
        "database['visit'].insert({'id': 2})\n"
        "database.close()\n"
        "rows = opened().execute('select count(*) from visit').fetchone()[0]\n"
        "print(json.dumps([is_open, rows]))\n"
    )
    assert told == [False, 2]


@pytest.mark.parametrize(
    "door", ["outreach_app.cli", "outreach_app.server.__main__", "outreach_app.__main__"]
)
def test_command_line_and_server_start_without_qt(door):
    """They run on machines that have no Qt; and what is not loaded costs no time."""
    loaded = _answer(
        "import json, pkgutil, sys, importlib\n"
        f"room = importlib.import_module({door!r})\n"
        "for part in pkgutil.iter_modules(getattr(room, '__path__', [])):\n"
        f"    importlib.import_module({door!r} + '.' + part.name) if part.name != '__main__' else None\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    assert isinstance(loaded, list)
    assert not {"PySide6", "shiboken6", "qtawesome", "qtpy"} & set(loaded)


def test_the_server_runs_with_nothing_of_the_laptop():
    loaded = _answer(
        "import json, sys\n"
        "import outreach_app.server.__main__, outreach_app.server.app\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    assert isinstance(loaded, list)
    ours = {name.split(".")[1] for name in loaded if name.startswith("outreach_app.")}
    assert ours <= {"server", "wire", "resources"}
    assert not {"sqlcipher3", "sqlite_utils", "keyring", "requests", "typst"} & set(loaded)
