"""Every verb of `outreach`: its words, its options, and the room where it is done.

This is the only list. The parser, `outreach help`, the manual page of a verb and the test that
compares all of it with the documents are made from it. A verb is imported when it is said, so that
`list` never waits for the network's or the printer's libraries.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from outreach_app.cli.call import Misused

Arguments = Callable[[argparse.ArgumentParser], object]


class Verb(NamedTuple):
    """A verb: `summary` stands in the overview, `more` on its own page; `room` is a module of `cli`."""

    name: str
    room: str
    summary: str
    more: str = ""
    arguments: Arguments | None = None

    @property
    def function(self) -> str:
        """The function of the room that does it."""
        return {"list": "list_records", "import": "import_file"}.get(self.name, self.name)


class Parser(argparse.ArgumentParser):
    """An argument parser that says its complaint as an exception and knows no abbreviations."""

    def __init__(self, **named: object) -> None:
        super().__init__(allow_abbrev=False, add_help=False, **named)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Complain in one line."""
        verb = self.prog.removeprefix("outreach").strip()
        raise Misused(f"{message}; see `outreach help{f' {verb}' if verb else ''}`")


def _found(to: argparse.ArgumentParser) -> None:
    to.add_argument("--server", required=True, metavar="URL", help="the server's address")
    to.add_argument("--token", required=True, help="the team token that the administrator gave you")
    to.add_argument("--team", required=True, metavar="NAME", help="what the team is called")
    to.add_argument("--name", required=True, help="how colleagues know you")


def _invite(to: argparse.ArgumentParser) -> None:
    whom = to.add_mutually_exclusive_group(required=True)
    whom.add_argument("--role", choices=("worker", "lead", "dsl", "analyst"), help="what the joiner will be")
    whom.add_argument(
        "--member", metavar="ID", help="a member, by id or name, whose second laptop this is for"
    )
    to.add_argument("--name", help="how colleagues know the joiner (needed with --role)")
    to.add_argument(
        "--history", choices=("all", "90d", "none"), default="all", help="what the joiner may read of before"
    )
    to.add_argument("--out", metavar="FILE", help="write the invite into this file as well")


def _join(to: argparse.ArgumentParser) -> None:
    to.add_argument("--invite", required=True, metavar="FILE|-", help="the invite, as a file or piped in")
    to.add_argument("--name", required=True, help="how colleagues know you")


def _admit(to: argparse.ArgumentParser) -> None:
    to.add_argument("join", metavar="JOIN", help="the id of whoever waits, as `members` shows it")
    to.add_argument("--root-sheet", metavar="FILE", help="the team's root sheet, where the role needs it")


def _remove(to: argparse.ArgumentParser) -> None:
    to.add_argument("member", metavar="MEMBER", help="a member, by id or name")


def _sync(to: argparse.ArgumentParser) -> None:
    how = to.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="send all, read all, end (this is the default)")
    how.add_argument("--watch", action="store_true", help="go on until Ctrl+C")


def _kind(to: argparse.ArgumentParser) -> None:
    to.add_argument("kind", metavar="KIND", help="a kind of record, for example engagement")


def _id(to: argparse.ArgumentParser) -> None:
    to.add_argument("id", metavar="ID", help="the record's id")


def _file(to: argparse.ArgumentParser, words: str) -> None:
    to.add_argument("--file", required=True, metavar="FILE|-", help=words)
    _warnings(to)


def _warnings(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--accept-warnings",
        action="store_true",
        help="say yes to what a form would ask, such as a wide hotspot",
    )


def _record(to: argparse.ArgumentParser) -> None:
    _kind(to)
    _file(to, "one JSON object, or JSON lines")


def _amend(to: argparse.ArgumentParser) -> None:
    _kind(to)
    _id(to)
    _file(to, "one JSON object with the changed fields; null clears one")


def _void(to: argparse.ArgumentParser) -> None:
    _kind(to)
    _id(to)
    how = to.add_mutually_exclusive_group(required=True)
    how.add_argument("--reason", help="why, in a few words")
    how.add_argument("--undo", action="store_true", help="bring a void record back")


def _start(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--with",
        required=True,
        dest="colleagues",
        action="append",
        metavar="MEMBER",
        help="a colleague, by name or id; say it again for each",
    )


def _arrive(to: argparse.ArgumentParser) -> None:
    to.add_argument("hotspot", metavar="HOTSPOT", help="its name, code or id")


def _shift(to: argparse.ArgumentParser) -> None:
    to.add_argument("shift", metavar="SHIFT", help="the shift's id")


def _list(to: argparse.ArgumentParser) -> None:
    _kind(to)
    _period(to)


def _period(to: argparse.ArgumentParser) -> None:
    to.add_argument("--from", dest="first_on", metavar="DATE", help="the first day, for example 2026-11-23")
    to.add_argument("--to", dest="last_on", metavar="DATE", help="the last day, itself included")


def _show(to: argparse.ArgumentParser) -> None:
    _id(to)
    to.add_argument("--reveal", action="store_true", help="show masked answers; this is written down")


def _search(to: argparse.ArgumentParser) -> None:
    to.add_argument("text", metavar="TEXT", nargs="+", help="words, or their beginnings")


def _resolve(to: argparse.ArgumentParser) -> None:
    _id(to)
    to.add_argument("--field", required=True, help="the field that two laptops answered differently")
    how = to.add_mutually_exclusive_group(required=True)
    how.add_argument("--take", metavar="OP", help="the operation whose answer stands")
    how.add_argument("--value", metavar="JSON-OR-TEXT", help="another answer")


def _summary(to: argparse.ArgumentParser) -> None:
    from outreach_app.report.editions import EDITIONS
    from outreach_app.report.export import FORMATS

    to.add_argument("--shift", metavar="ID", help="the shift to sum up")
    _period(to)
    to.add_argument("--edition", choices=tuple(EDITIONS), default="team", help="who will read it")
    to.add_argument("--format", required=True, choices=tuple(FORMATS), help="csv makes one zip")
    to.add_argument("--out", required=True, metavar="PATH", help="where to write it")


def _import(to: argparse.ArgumentParser) -> None:
    to.add_argument("what", choices=("hotspots", "services", "records"), help="what the file holds")
    to.add_argument("file", metavar="FILE|-", help="GeoJSON, CSV, or JSON lines that each have a `kind`")
    _warnings(to)


def _passphrase(to: argparse.ArgumentParser) -> None:
    to.add_argument("--new-passphrase-file", required=True, metavar="FILE", help="its first line is taken")


def _recover(to: argparse.ArgumentParser) -> None:
    to.add_argument("--recovery-code-file", required=True, metavar="FILE", help="the printed code")
    _passphrase(to)


def _accept(to: argparse.ArgumentParser) -> None:
    to.add_argument("batch", metavar="BATCH", help="the id of a late batch, as `late` shows it")


def _check(to: argparse.ArgumentParser) -> None:
    to.add_argument("--rebuild", action="store_true", help="make the tables anew from the operations")


def _backup(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--out", required=True, metavar="FILE", help="where to write it; an older one is replaced"
    )


def _restore(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", metavar="FILE", help="a file that `backup` wrote")


def _demo(to: argparse.ArgumentParser) -> None:
    to.add_argument("--dir", default="demo", metavar="DIR", help="where to build it (default: ./demo)")
    to.add_argument("--no-window", action="store_true", help="build it, say where things are, end")


def _help(to: argparse.ArgumentParser) -> None:
    to.add_argument("verb", nargs="?", metavar="VERB", help="the verb to explain")


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            "demo",
            "demo",
            "an example team: a server, three laptops, a week of shifts, summaries",
            "Everything in it is fictitious and says so. Where an example stands already, that one is used.",
            _demo,
        ),
        Verb("found", "team", "found a team on a server and become its lead", "", _found),
        Verb("invite", "team", "invite somebody into the team, or a member's second laptop", "", _invite),
        Verb(
            "join",
            "team",
            "join a team with an invite",
            "Until the lead's laptop has synced you work alone; nothing is lost by it.",
            _join,
        ),
        Verb("members", "team", "who is in the team, and who waits at the door"),
        Verb("admit", "team", "let somebody in whose request waits for you", "", _admit),
        Verb(
            "remove",
            "team",
            "take a member out of the team",
            "Their laptops stop reading at once. What they had not sent yet is kept apart: see `late`.",
            _remove,
        ),
        Verb(
            "sync",
            "carrying",
            "send and fetch records",
            "Without a network it ends within 30 seconds with exit code 1, and nothing is lost.",
            _sync,
        ),
        Verb("schema", "records", "what a kind of record is made of, as JSON Schema", "", _kind),
        Verb(
            "record",
            "records",
            "save new records, all or none",
            "What they refer to (a shift, a hotspot) must be here already. Ids come in the order given.",
            _record,
        ),
        Verb("amend", "records", "change fields of a record", "", _amend),
        Verb(
            "void", "records", "take a record out of every count, with a reason, or bring it back", "", _void
        ),
        Verb("start", "shifts", "start a shift now, in a pair", "", _start),
        Verb("arrive", "shifts", "arrive in a hotspot now", "", _arrive),
        Verb("leave", "shifts", "leave the hotspot now"),
        Verb("end", "shifts", "end the shift now and hand it in"),
        Verb("approve", "shifts", "say that a pair's shift is right (a lead outside the pair)", "", _shift),
        Verb("reopen", "shifts", "give a shift back to its pair", "", _shift),
        Verb(
            "list",
            "records",
            "every record of a kind, oldest first",
            "Void records are among them; `state` says so. Dates are those of the record's own time, in UTC.",
            _list,
        ),
        Verb(
            "show",
            "records",
            "one record",
            "Answers that could lead to a person are masked; --reveal shows them and writes that down.",
            _show,
        ),
        Verb("search", "records", "find records by words in them", "", _search),
        Verb("history", "records", "what was said about a record, by whom and when", "", _id),
        Verb("conflicts", "records", "where two laptops answered differently"),
        Verb("resolve", "records", "settle a conflict", "", _resolve),
        Verb(
            "summary",
            "summaries",
            "sum up a shift or a period as PDF, XLSX, CSV or JSON",
            "Give --shift, or --from and --to.",
            _summary,
        ),
        Verb(
            "import",
            "imports",
            "take over hotspots, services or records from a file, all or none",
            "What is here already is not taken twice: it is listed under `refused`.",
            _import,
        ),
        Verb("passphrase", "upkeep", "change the passphrase", "", _passphrase),
        Verb("recover", "upkeep", "open with the recovery code and set a new passphrase", "", _recover),
        Verb("parked", "carrying", "what arrived and was set aside, with the reason"),
        Verb("late", "carrying", "what came from a laptop after it was removed"),
        Verb(
            "accept",
            "carrying",
            "let a late batch count (a lead decides)",
            "It counts here at once, everywhere after the next sync. Voiding the acceptance takes that back.",
            _accept,
        ),
        Verb("check", "upkeep", "look the file over", "", _check),
        Verb("backup", "upkeep", "write an encrypted copy of the profile", "", _backup),
        Verb(
            "restore", "upkeep", "put a backup back", "What is there now is moved aside, not lost.", _restore
        ),
        Verb("help", "help", "what there is, or how one verb works", "", _help),
    )
}


def parser_of(verb: Verb) -> Parser:
    """The parser of one verb, with the options that stand before or after any verb."""
    parser = Parser(
        prog=f"outreach {verb.name}", description=f"{_capital(verb.summary)}. {verb.more}".strip()
    )
    if verb.arguments:
        verb.arguments(parser)
    add_everywhere(parser)
    return parser


def add_everywhere(parser: argparse.ArgumentParser) -> None:
    """The options that every verb takes, before it or after it."""
    everywhere = parser.add_argument_group("everywhere")
    everywhere.add_argument(
        "--profile",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="the folder of the person who works here (or OUTREACH_PROFILE)",
    )
    everywhere.add_argument(
        "--passphrase-file",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="its first line is the passphrase (or OUTREACH_PASSPHRASE_FILE)",
    )
    everywhere.add_argument(
        "--json",
        action="store_true",
        dest="wants_json",
        default=argparse.SUPPRESS,
        help="print one JSON document and nothing else",
    )


def understand(words: Sequence[str]) -> tuple[Verb | None, argparse.Namespace]:
    """The verb of a command line and its options; no verb means the window. Raises `Misused`."""
    front = Parser(prog="outreach")
    add_everywhere(front)
    front.add_argument("--version", action="store_true")
    front.add_argument("-h", "--help", action="store_true")
    front.add_argument("rest", nargs=argparse.REMAINDER)
    asked = front.parse_args(list(words))
    rest = asked.rest
    del asked.rest
    if asked.help:
        return VERBS["help"], argparse.Namespace(**{**vars(asked), "verb": rest[0] if rest else None})
    if asked.version:
        return VERBS["help"], argparse.Namespace(**{**vars(asked), "verb": None})
    if not rest:
        return None, asked
    verb = VERBS.get(rest[0])
    if verb is None:
        raise Misused(f"there is no verb “{rest[0][:40]}”; see `outreach help`")
    if any(word in ("-h", "--help") for word in rest[1:]):
        return VERBS["help"], argparse.Namespace(**{**vars(asked), "verb": verb.name})
    return verb, parser_of(verb).parse_args(rest[1:], asked)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
