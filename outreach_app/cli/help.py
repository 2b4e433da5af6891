"""What there is, and how one verb works."""

from __future__ import annotations

from outreach_app import __version__
from outreach_app.cli.call import Answer, Call, Misused
from outreach_app.cli.verbs import VERBS, parser_of

_FRONT = """\
outreach                  open the window
outreach VERB ...         do one thing without a window, and end

Everywhere: --profile DIR, --passphrase-file FILE (or OUTREACH_PROFILE,
OUTREACH_PASSPHRASE_FILE), --json for one JSON document. Nothing is ever asked back.
Exit codes: 0 done, 1 trouble (one line on standard error), 2 not understood.
"""


def help(call: Call) -> Answer:
    """The overview, or the page of one verb; with --version, the version alone."""
    if getattr(call.asked, "version", False):
        return Answer({"version": __version__}, [f"outreach {__version__}"])
    name = call.asked.verb
    if name is None:
        lines = [*_FRONT.splitlines(), "", *(f"  {one.name:<11} {one.summary}" for one in VERBS.values())]
        lines += ["", "`outreach help VERB` says more about one."]
        return Answer(
            {"version": __version__, "verbs": {one.name: one.summary for one in VERBS.values()}}, lines
        )
    if name not in VERBS:
        raise Misused(f"there is no verb “{name[:40]}”; see `outreach help`")
    page = parser_of(VERBS[name]).format_help()
    return Answer({"verb": name, "help": page}, page.rstrip().splitlines())
