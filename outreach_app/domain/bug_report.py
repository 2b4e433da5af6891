"""What may be told about a bug: kinds and places, never the words of an exception."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

import outreach_app


class BugReport:
    """A report without personal data; `also` names versions that its door knows ("qt 6.11.3").

    An exception's message can quote a record, a name or a key; its class and the lines it passed cannot.
    """

    def __init__(self, kind: type[BaseException], trace: TracebackType | None, *also: str) -> None:
        self.kind = kind.__name__
        self.also = also
        self.places = [
            f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
        ]

    def __str__(self) -> str:
        python = ".".join(map(str, sys.version_info[:3]))
        versions = (f"outreach {outreach_app.__version__}", f"python {python}", *self.also, sys.platform)
        return "\n".join((" · ".join(versions), self.kind, *(f"  {place}" for place in self.places)))


def _module(filename: str) -> str:
    """A path without the home folder in it: people's names are often there."""
    parts = filename.replace("\\", "/").split("/")
    start = max(
        (at for at, part in enumerate(parts) if part in ("outreach_app", "site-packages")), default=-2
    )
    return "/".join(parts[start:])
