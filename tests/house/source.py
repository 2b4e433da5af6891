"""The program's own source, read once: what the rules of the house look at."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "outreach_app"

N = TypeVar("N", bound=ast.AST)


class Module(NamedTuple):
    """One file of the package, parsed."""

    path: Path
    tree: ast.Module
    text: str

    @property
    def name(self) -> str:
        """Where it is, as people write it: `ui/look.py`."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def room(self) -> str:
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    def at(self, node: ast.AST) -> str:
        """A place that an editor can open."""
        return f"outreach_app/{self.name}:{getattr(node, 'lineno', 1)}"

    def walk(self, kind: type[N]) -> Iterator[N]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package, in order of its path."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Module(path, ast.parse(text), text))
    return tuple(found)


def calls(module: Module, name: str) -> Iterator[ast.Call]:
    """Calls of `name(...)` or `anything.name(...)`."""
    for call in module.walk(ast.Call):
        if isinstance(call.func, ast.Name | ast.Attribute):
            called = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            if called == name:
                yield call


@cache
def tracked() -> tuple[str, ...]:
    """Every path that belongs to the project: in the index, or new and not ignored."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(line for line in told.stdout.splitlines() if (ROOT / line).exists())
