"""Keeping a profile in order: its passphrase, its file, its backups."""

from __future__ import annotations

from pathlib import Path

from outreach_app.cli.call import Answer, Call, first_line
from outreach_app.domain.trouble import Trouble
from outreach_app.store import backup as archive
from outreach_app.store import checkup
from outreach_app.store.profile import Profile
from outreach_app.work import door


def passphrase(call: Call) -> Answer:
    """Another passphrase for the same file."""
    old, new = call.passphrase(), first_line(call.asked.new_passphrase_file)
    door.change_passphrase(call.profile, old, new, call.ring, call.outside.clock, call.outside.randomness)
    return Answer({"changed": True}, ["The passphrase is changed. The recovery code is still the same."])


def recover(call: Call) -> Answer:
    """The printed code in, a new passphrase out."""
    code, new = first_line(call.asked.recovery_code_file), first_line(call.asked.new_passphrase_file)
    opened = door.recover(call.profile, code, new, call.ring, call.outside.randomness)
    call.adopt(opened)
    return Answer(
        {"recovered": True, "uses_ring": opened.uses_ring},
        ["Opened. The new passphrase holds from now on; the recovery code is still the same."],
    )


def check(call: Call) -> Answer:
    """Look the file over; damage that stays is a trouble, damage that a rebuild mended is told."""
    found = checkup.check(call.unlocked.db, rebuild=call.asked.rebuild)
    standing = [one for one in found if not one.mended]
    if standing:
        raise Trouble("check-found", found=", ".join(f"{one.code} ({one.count})" for one in standing))
    mended = [{"code": one.code, "count": one.count} for one in found]
    lines = [f"Mended: {one['code']} ({one['count']})." for one in mended] or [
        "Everything is as it was written."
    ]
    return Answer({"sound": True, "mended": mended}, lines)


def backup(call: Call) -> Answer:
    """One encrypted file that brings the profile back."""
    out = Path(call.asked.out)
    archive.backup(call.unlocked.db, call.unlocked.profile, out)
    return Answer({"file": str(out)}, [str(out)])


def restore(call: Call) -> Answer:
    """A backup in the profile's place. It opens with the passphrase that it was made under."""
    profile = Profile(call.profile)
    with profile.acquire():
        aside = archive.restore(Path(call.asked.file), profile)
    document = {"profile": str(profile.folder), "moved_aside": None if aside is None else str(aside)}
    lines = [f"Restored into {profile.folder}."]
    if aside is not None:
        lines.append(f"What was there before is in {aside}.")
    return Answer(document, lines)
