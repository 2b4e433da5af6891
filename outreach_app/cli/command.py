"""A command line from words to exit code; the one place at this door where a trouble becomes a line.

0: done, the answer on standard output. 1: trouble, one line on standard error, nothing on standard
output. 2: not said as the manual has it. With --json standard output is one JSON document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from outreach_app.cli import verbs
from outreach_app.cli.call import Answer, Call, Misused, Outside, passphrase_of, profile_of
from outreach_app.domain.field import Json
from outreach_app.domain.trouble import Trouble

if TYPE_CHECKING:
    from outreach_app.work.door import Opened

DONE, TROUBLE, MISUSE = 0, 1, 2


def run(words: Sequence[str], outside: Outside, opened: Opened | None = None) -> int:
    """Do what the words say and print the answer; returns the exit code.

    `opened` is a profile that somebody has unlocked already, and will lock.
    """
    try:
        verb, asked = verbs.understand(words)
        if verb is None:
            environ = outside.environ
            return outside.open_window(profile_of(asked, environ), passphrase_of(asked, environ))
        call = Call(asked, outside, opened)
        try:
            answer = perform(verb, call)
        finally:
            call.close()
    except Trouble as trouble:
        complain(outside.stderr, trouble.line)
        return TROUBLE
    except Misused as misuse:
        complain(outside.stderr, f"usage: {misuse}")
        return MISUSE
    if getattr(asked, "wants_json", False):
        outside.stdout.write(spell(answer.document))
    else:
        outside.stdout.write("".join(f"{line}\n" for line in answer.lines).encode(errors="backslashreplace"))
    outside.stdout.flush()
    return DONE


def perform(verb: verbs.Verb, call: Call) -> Answer:
    """Do one verb; its room is imported now, not before."""
    room = import_module(f"outreach_app.cli.{verb.room}")
    do: Callable[[Call], Answer] = getattr(room, verb.function)
    return do(call)


def spell(document: Json) -> bytes:
    """One JSON document as text: UTF-8, two blanks deep, keys in the order in which they were put."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def complain(stderr: BinaryIO, words: str) -> None:
    """One line on standard error, whatever a file's or a field's name may contain."""
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    stderr.write(f"{' '.join(plain.split())}\n".encode(errors="backslashreplace"))
    stderr.flush()
