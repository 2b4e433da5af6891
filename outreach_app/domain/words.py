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
_UNHARMED = "Your records are unharmed."

WORDS: dict[str, Words] = {
    "display-missing": Words(
        "There is no display to open a window on.",
        _NOTHING,
        "Start it from a desktop, or use a verb: see outreach help.",
    ),
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
    # Unlocking.
    "profile-missing": Words(
        "There is no profile here.", _NOTHING, "Found or join a team first, or choose another folder."
    ),
    "profile-exists": Words(
        "Somebody is enrolled in this folder already.", _NOTHING, "Unlock it, or choose another folder."
    ),
    "profile-refused": Words(
        "The folder {folder} cannot be used: {reason}.",
        _NOTHING,
        "Check who may write there, free some space, or choose another folder.",
    ),
    "profile-in-use": Words("Another program has this profile open.", _NOTHING, "Close it first."),
    "not-enrolled": Words(
        "This laptop belongs to no team yet.", _NOTHING, "Found a team, or join one with an invite."
    ),
    "not-admitted": Words(
        "A team leader has not let this laptop in yet.", _RECORDS, "They go out by themselves once it is."
    ),
    "passphrase-wrong": Words(
        "That passphrase is not the right one.",
        _NOTHING,
        "Try again, or use the recovery code. After four wrong tries each one waits longer.",
    ),
    "passphrase-wait": Words(
        "Too many wrong passphrases in a row.",
        "Nothing is ever deleted for that.",
        "Try again in {seconds} seconds.",
    ),
    "passphrase-short": Words(
        "The passphrase is too short.",
        _NOTHING,
        "Use at least {least} characters; four or five words are good.",
    ),
    "recovery-code-typo": Words(
        "The recovery code has a slip in group {group} (0: its length).",
        _NOTHING,
        "Compare it with the printed sheet.",
    ),
    "recovery-code-wrong": Words(
        "That is a recovery code, but not of this laptop as it is now.",
        _NOTHING,
        "Look for the newest printed code.",
    ),
    "ring-absent": Words(
        "This laptop was set up with a key ring, and none is here now.",
        _UNHARMED,
        "Log in as usual and try again, or use the recovery code.",
    ),
    "ring-locked": Words(
        "The key ring ({ring}) is locked.", _NOTHING, "Unlock it and try again, or use the recovery code."
    ),
    "ring-silent": Words(
        "The key ring ({ring}) does not answer.", _NOTHING, "Log out and in again, or use the recovery code."
    ),
    "ring-changed": Words(
        "The secret of this laptop was kept in {ring}; {present} is here now.",
        _UNHARMED,
        "Go back to the desktop you used, or use the recovery code.",
    ),
    "ring-value-lost": Words(
        "{ring} no longer holds this laptop's secret.", _UNHARMED, "Use the recovery code."
    ),
    "ring-value-wrong": Words(
        "{ring} holds another secret than this laptop was set up with.",
        _UNHARMED,
        "Restore the key ring, or use the recovery code.",
    ),
    "memory-short": Words(
        "There is not enough memory: {mebibytes} MiB are needed to unlock.",
        _NOTHING,
        "Close other programs and try again.",
    ),
    "vault-missing": Words(
        "The key file of this profile is missing.",
        "The records file was not touched.",
        "Restore it from a backup.",
    ),
    "vault-unreadable": Words(
        "The key file cannot be read ({reason}).", _NOTHING, "Check the folder's permissions and the disk."
    ),
    "vault-damaged": Words(
        "The key file is damaged ({part}).", "The records file was not touched.", "Restore it from a backup."
    ),
    "vault-newer": Words(
        "A newer version of the program wrote the key file ({version}).", _NOTHING, "Update the program."
    ),
    "vault-exists": Words(
        "There is a key file here already.", "It was not touched.", "Unlock it, or choose another folder."
    ),
    "vault-not-written": Words(
        "The key file could not be written ({reason}).",
        "The old one still works.",
        "Free some space and try again.",
    ),
    # The encrypted file.
    "database-missing": Words(
        "The records file {file} is missing.", "Nothing was put in its place.", "Restore it from a backup."
    ),
    "database-empty": Words(
        "The records file {file} is empty.", "Nothing was put in its place.", "Restore it from a backup."
    ),
    "database-exists": Words(
        "There is a records file here already.", "It was not touched.", "Choose another folder."
    ),
    "database-damaged": Words(
        "The records file is damaged.",
        "It was not touched; what reached the server is safe.",
        "Restore it from a backup.",
    ),
    "database-newer": Words(
        "A newer version of the program wrote the records file (version {found}; this one knows {known}).",
        _NOTHING,
        "Update the program.",
    ),
    "database-busy": Words("The records file is busy.", _NOTHING, "Try again in a moment."),
    "database-readonly": Words(
        "The records file may not be written here.", _NOTHING, "Check the folder's permissions."
    ),
    "disk-full": Words(
        "The disk is full.",
        "What you typed is still on the screen. Nothing half-written was kept.",
        "Free some space and save again.",
    ),
    "disk-failing": Words(
        "The disk does not read or write as it should.",
        "What reached the server is safe.",
        "Make a backup elsewhere, and have the laptop looked at.",
    ),
    "backup-missing": Words("There is no backup file {file}.", _NOTHING, "Check the path."),
    "backup-damaged": Words("The backup {file} is damaged, or is none.", _NOTHING, "Use another backup."),
    "backup-newer": Words(
        "A newer version of the program made the backup (version {found}; this one knows {known}).",
        _NOTHING,
        "Update the program.",
    ),
    "folder-missing": Words("The folder {folder} does not exist.", _NOTHING, "Make it, or choose another."),
    "file-refused": Words("The file {file} may not be written.", _NOTHING, "Choose another place."),
    # Joining and the roster.
    "name-unfit": Words(
        "A name has 1 to {most} ordinary characters.", _NOTHING, "Give a shorter or plainer one."
    ),
    "invite-altered": Words(
        "The invite was changed on its way: letters are missing or wrong.", _NOTHING, "Copy it again, whole."
    ),
    "invite-unreadable": Words(
        "That is not an invite.", _NOTHING, "Paste the whole text that begins with outreach-invite."
    ),
    "invite-expired": Words("The invite has expired.", _NOTHING, "Ask your team leader for a new one."),
    "invite-used": Words(
        "Another laptop has used this invite.",
        _NOTHING,
        "Ask your team leader for a new one, and say that this happened.",
    ),
    "invite-unknown": Words(
        "The server does not know this invite yet.", _RECORDS, "Ask your team leader to sync, then try again."
    ),
    "team-token-invalid": Words(
        "The team token is unknown, used or expired.", _NOTHING, "Ask the administrator for a new one."
    ),
    "join-missing": Words("Nobody waits under that invite.", _NOTHING, "Look at the list of members again."),
    "member-missing": Words("No active member has that id.", _NOTHING, "Look at the list of members."),
    "member-unknown": Words(
        "That member is not active in the team.", _NOTHING, "Look at the list of members."
    ),
    "device-unknown": Words("That laptop is not in the roster.", _NOTHING, "Look at the list of laptops."),
    "key-malformed": Words(
        "A public key in the request is no key.", _NOTHING, "Ask the person to join again with a new invite."
    ),
    "wrap-wrong": Words(
        "A sealed key is not for this holder, or was changed on the way.",
        _RECORDS,
        "Sync again; if it stays, tell your team leader.",
    ),
    "epoch-key-wrong": Words(
        "Somebody gave this laptop another key than the team agreed on.",
        "Nothing was sealed with it.",
        "Tell a team leader you trust, in person.",
    ),
    "sheet-typo": Words(
        "The sheet has a slip in group {group} (0: the whole).", _NOTHING, "Compare it with the paper."
    ),
    "sheet-of-another-team": Words(
        "That sheet belongs to another team.", _NOTHING, "Look for this team's sheet."
    ),
    "sheet-of-another-kind": Words(
        "That is a sheet, but not the kind asked for.",
        _NOTHING,
        "Root sheets admit leads; recovery sheets open lost keys.",
    ),
    "sheets-same": Words("The same sheet was given twice.", _NOTHING, "Take two different holders' sheets."),
    "sheets-of-two-sets": Words(
        "One sheet is the team's, the other safeguarding's.", _NOTHING, "Take two of one set."
    ),
    "sheet-outdated": Words("The team has printed newer recovery sheets since.", _NOTHING, "Use the newest."),
    "roster-anchor": Words(
        "The server shows another team than the invite names.",
        "Nothing was sent.",
        "Do not go on; ask who invited you.",
    ),
    "roster-short": Words(
        "The server shows an older roster ({version}) than this laptop knows of ({expected}).",
        _RECORDS,
        "Tell the administrator, and sync later.",
    ),
    "roster-gap": Words(
        "The server's roster does not follow on ({version} instead of {expected}).",
        "The roster you had still stands.",
        "Sync again; if it stays, tell your team leader.",
    ),
    "roster-refused": Words(
        "An entry of the team's roster is not allowed ({rule}).",
        "The roster you had still stands.",
        "If you made the change, use the root sheet or ask another lead; otherwise tell your team leader.",
    ),
    "roster-fork": Words(
        "There are two rosters of version {version}.",
        "Nothing more is sealed until this is settled.",
        "A team leader decides; compare the six words in person.",
    ),
    "clock-wrong": Words(
        "This laptop's date is far from the server's.",
        _NOTHING,
        "Set date and time right, then invite again.",
    ),
    "roster-busy": Words(
        "Others changed the roster at the same moment, again and again.", _NOTHING, "Try again in a minute."
    ),
    # Carrying.
    "cancelled": Words(
        "Stopped, as you asked.", "What was done stays done.", "Start it again whenever you like."
    ),
    "receipt-wrong": Words(
        "The server's receipt is not signed by the key that the team knows.",
        _RECORDS,
        "Tell your team leader before you sync again.",
    ),
    "server-behind": Words(
        "The server does not know this laptop, though the team does.",
        _RECORDS,
        "It may have been restored: another laptop of the team must sync first.",
    ),
    "server-forked": Words(
        "The server shows another past than this laptop has seen.",
        _RECORDS + " Nothing was deleted.",
        "Tell your team leader and the administrator.",
    ),
    "laptop-cloned": Words(
        "Another laptop has sent records under this laptop's name: one is a copy of the other.",
        _RECORDS,
        "Use only one of them, and tell your team leader.",
    ),
    # Summaries and the example.
    "shift-unknown": Words(
        "There is no shift with that id on this laptop.", "", "Check the id, or sync first."
    ),
    "shift-voided": Words("That shift is void.", "", "Undo the void first."),
    "period-backwards": Words("The period ends before it begins.", _NOTHING, "Give the earlier date first."),
    "format-unknown": Words("There is no format “{format}”.", _NOTHING, "Use one of: {formats}."),
    "export-not-written": Words(
        "The file {file} could not be written ({why}).", _NOTHING, "Choose another place, or free some space."
    ),
    "demo-folder-taken": Words(
        "The folder {folder} holds other files.",
        "They were not touched.",
        "Give an empty folder, or a new one.",
    ),
    "demo-server-refused": Words(
        "The example's server did not start ({said}).",
        _NOTHING,
        "Try again; if it stays, tell whoever looks after the laptop.",
    ),
    "demo-without-server": Words(
        "The server part of the program is not installed.",
        _NOTHING,
        "Install it with its server extra.",
    ),
    "late-missing": Words(
        "Nothing that came late has that id.", _NOTHING, "Look at the list of what came late."
    ),
}
