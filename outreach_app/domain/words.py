"""The catalogue of words for every trouble: what happened, what is safe, what to do next.

Free of Qt, so that the window, the command line and the reports say the same sentence. A house test
asks that every code raised anywhere has words here, and that no words are left without a code.
Facts of the trouble fill the braces; they are ids, numbers and names of fields, never a record's text.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """Three short sentences for a person; `safe` may be empty."""

    happened: str
    safe: str
    next: str


_NOTHING = "Nothing was saved or changed."
_RECORDS = "Your records are safe on this laptop."

WORDS: dict[str, Words] = {
    # Records and verbs.
    "kind-unknown": Words("There is no kind of record called “{kind}”.", _NOTHING, "Use one of: {kinds}."),
    "record-missing": Words("There is no such record on this laptop.", "", "Check the id, or sync first."),
    "record-voided": Words("That record is void.", _NOTHING, "Undo the void first."),
    "record-not-voided": Words("That record is not void.", _NOTHING, "There is nothing to undo."),
    "record-too-large": Words(
        "The record is larger than {most} bytes.", _NOTHING, "Shorten its texts, or split it in two."
    ),
    "void-reason-missing": Words("A void needs a reason.", _NOTHING, "Say why in a few words."),
    "void-not-yours": Words(
        "Only its author or a lead voids a record.", _NOTHING, "Ask them, or amend it instead."
    ),
    "conflict-missing": Words(
        "There is no conflict on {field}.", _NOTHING, "Look at the list of conflicts again."
    ),
    "conflict-choice-missing": Words(
        "That answer is not one of those that stand on {field}.",
        _NOTHING,
        "Look at the list of conflicts again.",
    ),
    "not-your-role": Words("A {role} does not record a {kind}.", _NOTHING, "Ask your team leader."),
    "lead-only": Words(
        "Only a team leader does this; you are here as {role}.", _NOTHING, "Ask your team leader."
    ),
    "name-unknown": Words(
        "No {kind} goes by that name or id.", _NOTHING, "Check the spelling, or sync first."
    ),
    "name-twice": Words("{count} {kind} records go by that name.", _NOTHING, "Use the id instead."),
    "shift-open": Words("You are out on a shift already.", _NOTHING, "End it before you start another."),
    "shift-missing": Words("You have not started a shift.", _NOTHING, "Start one first."),
    "shift-not-ended": Words(
        "The shift has not ended yet.", _NOTHING, "Approve it when the pair has ended it."
    ),
    "visit-missing": Words("You are in no hotspot now.", _NOTHING, "Arrive in one first."),
    # The line to the server.
    "offline": Words("The server cannot be reached.", _RECORDS, "They go out when there is a network."),
    "server-strange": Words(
        "Something else answered in the server's place (status {status}).",
        _RECORDS + " Nothing was sent.",
        "If this is public Wi-Fi, sign in to it first.",
    ),
    "server-address": Words(
        "That is not a server's address.", _NOTHING, "It looks like https://outreach.example."
    ),
    "plain-http": Words(
        "The server's address is not encrypted.", "Nothing was sent.", "Use its https:// address."
    ),
    "certificate-wrong": Words(
        "The server's certificate is not valid here.",
        _RECORDS + " Nothing was sent.",
        "Check this laptop's date and time; then ask the administrator.",
    ),
    "server-busy": Words("The server asks us to wait.", _RECORDS, "It is tried again by itself."),
    "server-full": Words("The server's disk is full.", _RECORDS, "Tell the administrator."),
    "server-failed": Words(
        "The server met an error of its own (status {status}).", _RECORDS, "It is tried again by itself."
    ),
    "server-changed": Words(
        "This is not the server that the team was founded on.",
        _RECORDS + " Nothing was sent.",
        "Tell your team leader before you do anything else.",
    ),
    "update-needed": Words(
        "The server speaks a newer language than this program.",
        _RECORDS + " You can go on recording.",
        "Update the program to sync again.",
    ),
    "device-revoked": Words(
        "This laptop has been removed from the team.",
        _RECORDS + " What it sends now waits for a team leader to look at.",
        "Speak to your team leader.",
    ),
    "device-blocked": Words(
        "The administrator has blocked this laptop.", _RECORDS, "Speak to your team leader."
    ),
}
