"""The page of verbs, made from the program itself: `poe manual` writes it, a test compares it."""

from __future__ import annotations

import argparse
from pathlib import Path

from outreach_app.cli.verbs import VERBS, Verb, parser_of

PAGE = Path(__file__).resolve().parents[2] / "docs/verbs.md"
HEAD = """\
# The verbs of `outreach`

Made from the program by `poe manual`. `outreach` alone opens the window; a verb does one thing and ends.
Exit codes: 0 done, 1 trouble (one line on standard error, nothing on standard output, nothing changed),
2 not understood. Nothing is ever asked back. Every verb also takes `--profile DIR`,
`--passphrase-file FILE` and `--json`, before it or after it.
"""
EVERYWHERE = {"profile", "passphrase_file", "wants_json"}


def _spelt(action: argparse.Action) -> str:
    """`--from DATE`, `HOTSPOT` or `--role worker|lead`, as it is typed."""
    what = str(action.metavar or action.dest.upper()).replace("|", "\\|")
    if action.choices is not None:
        what = "/".join(str(choice) for choice in action.choices)
    if not action.option_strings:
        return what
    return action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {what}"


def _section(verb: Verb) -> str:
    own = [action for action in parser_of(verb)._actions if action.dest not in EVERYWHERE]
    lines = [f"## {verb.name}", "", f"{verb.summary[0].upper()}{verb.summary[1:]}. {verb.more}".strip(), ""]
    if own:
        lines += ["| | |", "| --- | --- |"]
        for action in own:
            is_needed = action.required and bool(action.option_strings)
            lines.append(f"| `{_spelt(action)}` | {action.help}{' (needed)' if is_needed else ''} |")
        lines.append("")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(verb) for verb in VERBS.values())]).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
