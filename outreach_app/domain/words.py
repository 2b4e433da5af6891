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
    # Files given to the command line.
    "file-missing": Words("There is no file {file}.", _NOTHING, "Check its name and folder."),
    "file-unreadable": Words(
        "{file} cannot be read: {reason}.", _NOTHING, "Check the file and who may read it."
    ),
    "file-large": Words(
        "{file} is larger than {most} MiB.", _NOTHING, "Split it and give the parts one by one."
    ),
    "file-empty": Words("There is nothing in {file}.", _NOTHING, "Check that it was written to the end."),
    "file-not-text": Words(
        "{file} is not UTF-8 text (line {line}).", _NOTHING, "Save it as UTF-8 and give it again."
    ),
    "file-exists": Words(
        "There is a file {file} already.", _NOTHING, "Choose another name, or move it away."
    ),
    "file-not-written": Words(
        "{file} cannot be written: {reason}.", _RECORDS, "Choose another place for it."
    ),
    "json-malformed": Words(
        "{file} is not JSON from line {line}, column {column} on.",
        _NOTHING,
        "Correct that line and give it again.",
    ),
    "json-key-twice": Words(
        "An object says one field twice ({file}, line {line}).", _NOTHING, "Keep the one that is right."
    ),
    "json-not-number": Words(
        "NaN and Infinity are not numbers of JSON ({file}, line {line}).",
        _NOTHING,
        "Leave the field out, or use null.",
    ),
    "json-unreasonable": Words(
        "A value is nested or long beyond reason ({file}, line {line}).",
        _NOTHING,
        "Correct that line and give it again.",
    ),
    "json-array": Words(
        "{file} holds a list where an object is needed (line {line}).",
        _NOTHING,
        "Give one object, or one object on each line without brackets around them.",
    ),
    "json-not-object": Words(
        "{file} holds something that is not an object (line {line}).",
        _NOTHING,
        "Give one object on each line.",
    ),
    "json-several": Words("{file} holds {count} objects; one is needed.", _NOTHING, "Give one object."),
    "line-without-kind": Words(
        "The object on line {line} does not say its kind.", _NOTHING, "Add “kind”, for example “engagement”."
    ),
    "geojson-unreadable": Words(
        "The file is not GeoJSON with features.",
        _NOTHING,
        "Export the hotspots as a GeoJSON FeatureCollection.",
    ),
    "geojson-empty": Words("The file has no features.", _NOTHING, "Draw the hotspots and export them again."),
    "geojson-not-polygon": Words(
        "Feature {row} is not one polygon but {found}.", _NOTHING, "Draw each hotspot as one closed area."
    ),
    "geojson-nameless": Words(
        "Feature {row} has no name among its properties.", _NOTHING, "Give each hotspot a “name”."
    ),
    "geojson-other-grid": Words(
        "The file uses another grid than longitude and latitude.",
        _NOTHING,
        "Export it as WGS 84 (EPSG:4326).",
    ),
    "csv-unreadable": Words(
        "Row {row} cannot be read: its quotes do not match.",
        _NOTHING,
        "Correct the row, or save the file as CSV again.",
    ),
    "csv-empty": Words(
        "The file has no rows below its header.", _NOTHING, "Check that it was saved to the end."
    ),
    "csv-columns-missing": Words(
        "These columns are missing: {columns}.",
        _NOTHING,
        "Add them to the first row, and an answer in each row.",
    ),
    "csv-column-unknown": Words(
        "The heading of column {column} is not known.",
        _NOTHING,
        "Rename it, or leave the column out; known are {columns}.",
    ),
    "csv-column-twice": Words("Two columns are {field}.", _NOTHING, "Keep one of them."),
    "csv-row-long": Words(
        "Row {row} has more cells than the {columns} columns of the header.",
        _NOTHING,
        "Put quotes around answers with a comma in them.",
    ),
    "date-unreadable": Words("{option} is not a date.", _NOTHING, "Write it like 2026-11-24."),
    "period-crossed": Words("The last day lies before the first.", _NOTHING, "Swap them."),
    "record-other-kind": Words(
        "That record is a {found}, not a {kind}.", _NOTHING, "Use its own kind, or check the id."
    ),
    "record-newer": Words(
        "A newer version of the program wrote this record.",
        "It is kept as it is.",
        "Update the program to read it.",
    ),
    "check-found": Words(
        "Not everything is as it was written: {found}.",
        "What can be read stays readable.",
        "Run check with --rebuild; if it says the same again, restore a backup.",
    ),
    "already-enrolled": Words(
        "This profile belongs to a team already.", _NOTHING, "Use another --profile for another team."
    ),
    "server-refused": Words(
        "The server did not take it ({problem}, status {status}).", _RECORDS, "Sync, then try again."
    ),
}
