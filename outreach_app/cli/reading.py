"""Files and standard input as the verbs take them: bytes, text, one object, JSON lines.

Whatever does not fit is refused with the number of its line, before anything is touched. JSON is
read as RFC 8259 has it: no NaN, no key twice, UTF-8 (with a byte order mark, if an editor left one).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

from outreach_app.domain.field import Json
from outreach_app.domain.trouble import Trouble

LARGEST_FILE = 64 * 1024 * 1024
STANDARD_INPUT = "-"


class Numbered(NamedTuple):
    """An object and the line it stands on, counted from 1 as editors do."""

    line: int
    values: dict[str, Json]


def named(source: str) -> str:
    """What a person calls this source."""
    return "standard input" if source == STANDARD_INPUT else source


def content(source: str, stdin: BinaryIO | None) -> bytes:
    """Everything in a file, or in standard input for "-".

    Raises Trouble `file-missing`, `file-unreadable`, `file-large`.
    """
    if source == STANDARD_INPUT and stdin is not None:
        taken = stdin.read(LARGEST_FILE + 1)
    else:
        try:
            with Path(source).open("rb") as file:
                taken = file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            raise Trouble("file-missing", file=named(source)) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not a file's name"
            raise Trouble("file-unreadable", file=named(source), reason=reason) from None
    if len(taken) > LARGEST_FILE:
        raise Trouble("file-large", file=named(source), most=LARGEST_FILE // 2**20)
    return taken


def text(taken: bytes, file: str = "") -> str:
    """The text of these bytes; raises Trouble `file-not-text` with the line where it stops being UTF-8."""
    try:
        return taken.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Trouble("file-not-text", file=file, line=taken.count(b"\n", 0, error.start) + 1) from None


def value(source: str, stdin: BinaryIO | None) -> Json:
    """One JSON value; raises Trouble `json-malformed` and those of `content` and `text`."""
    whole = _text_of(source, stdin)
    return _parse(whole, named(source), 1)


def record(source: str, stdin: BinaryIO | None) -> dict[str, Json]:
    """Exactly one object; raises Trouble `json-array`, `json-not-object`, `json-several` besides."""
    found = records(source, stdin)
    if len(found) > 1:
        raise Trouble("json-several", file=named(source), count=len(found))
    return found[0].values


def records(source: str, stdin: BinaryIO | None) -> list[Numbered]:
    """One object, however it is laid out, or JSON lines: an object on each line, empty lines between."""
    file = named(source)
    whole = _text_of(source, stdin)
    lines = [(number, line) for number, line in enumerate(re.split(r"\r\n|\n|\r", whole), 1) if line.strip()]
    if len(lines) > 1 and not _stands_alone(lines[0][1]):
        return [Numbered(lines[0][0], _object(_parse(whole, file, 1), file, lines[0][0]))]
    return [Numbered(number, _object(_parse(line, file, number), file, number)) for number, line in lines]


def document_or_text(given: str) -> Json:
    """What a person gave on the command line: JSON where it is JSON, the text itself where it is not."""
    try:
        return _parse(given, "--value", 1)
    except Trouble:
        return given


def _text_of(source: str, stdin: BinaryIO | None) -> str:
    whole = text(content(source, stdin), named(source))
    if not whole.strip():
        raise Trouble("file-empty", file=named(source))
    return whole


def _object(found: Json, file: str, line: int) -> dict[str, Json]:
    if isinstance(found, dict):
        return found
    raise Trouble("json-array" if isinstance(found, list) else "json-not-object", file=file, line=line)


def _stands_alone(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


class _Fault(Exception):
    """Well-formed for Python's reader, and still not JSON to us."""


def _parse(whole: str, file: str, first_line: int) -> Json:
    try:
        return json.loads(whole, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        line, column = first_line + error.lineno - 1, error.colno
        raise Trouble("json-malformed", file=file, line=line, column=column) from None
    except _Fault as fault:
        raise Trouble(str(fault), file=file, line=first_line) from None
    except (RecursionError, ValueError):  # nested without end, or a number of thousands of digits
        raise Trouble("json-unreasonable", file=file, line=first_line) from None


def _once(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Fault("json-key-twice")
    return found


def _no_constant(_: str) -> NoReturn:
    raise _Fault("json-not-number")
