"""The team: founded, joined, looked over, and who is let in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, TypeVar

from outreach_app.cli import laptop, reading
from outreach_app.cli.call import Answer, Call, Misused, Outside, first_line
from outreach_app.domain.field import Json
from outreach_app.domain.trouble import Trouble
from outreach_app.store import membership
from outreach_app.store.profile import Profile
from outreach_app.sync import admission, enrol
from outreach_app.sync.admission import MemberLine
from outreach_app.sync.line import Laptop, open_line
from outreach_app.sync.post import Post
from outreach_app.work import door, roll
from outreach_app.work.door import Opened

T = TypeVar("T")


def found(call: Call) -> Answer:
    """Found a team; its sheets are shown now and are kept nowhere."""
    asked, outside = call.asked, call.outside
    with closing(Post(asked.server)) as post, laptop.refusals():
        post.card()  # before half a second is spent on a profile for a server that is not there
        with _new_profile(call, "found") as (opened, code):
            founded = enrol.found(
                opened.db,
                post,
                token=asked.token,
                team_name=asked.team,
                name=asked.name,
                clock=outside.clock,
                randomness=outside.randomness,
            )
    me = founded.membership
    sheets = [sheet.text for sheet in founded.recovery]
    document = {
        "team": me.team,
        "member": me.member,
        "device": me.device,
        "recovery_code": code,
        "root_sheet": founded.root.text,
        "recovery_sheets": sheets,
    }
    lines = [
        f"Founded team {me.team}. You are its lead, {me.member}.",
        "Write these down now; they are shown once and kept nowhere:",
        f"  recovery code of this laptop  {code or 'as it was given before'}",
        f"  root sheet of the team        {founded.root.text}",
        *(f"  recovery sheet, holder {number}      {text}" for number, text in enumerate(sheets, 1)),
    ]
    return Answer(document, lines)


def invite(call: Call) -> Answer:
    """An invite's text; without a network it is made known to the server by the next sync."""
    asked = call.asked
    if asked.role and not asked.name:
        raise Misused("--role needs --name; see `outreach help invite`")
    out = Path(asked.out) if asked.out else None
    if out is not None and out.exists():
        raise Trouble("file-exists", file=str(out))
    member = roll.the_member(call.desk, asked.member).id if asked.member else None
    text = _with_laptop(
        call,
        lambda line: admission.invite(
            line,
            role=asked.role or "worker",
            name=asked.name or "",
            history=asked.history,
            member=member,
        ),
    )
    if out is not None:
        _write(out, text)
    return Answer({"invite": text}, [text])


def join(call: Call) -> Answer:
    """Make this laptop's keys and its request, and put it to the team where there is a network."""
    asked, outside = call.asked, call.outside
    text = reading.text(reading.content(asked.invite, outside.stdin), reading.named(asked.invite))
    enrol.open_invite(text, outside.clock.now())
    with _new_profile(call, "join") as (opened, code):
        joined = enrol.join(
            opened.db, text, name=asked.name, clock=outside.clock, randomness=outside.randomness
        )
        _knock(opened, joined.membership, outside)
    me = joined.membership
    document = {
        "member": me.member,
        "device": me.device,
        "recovery_code": code,
        "words": list(joined.words),
    }
    lines = [
        f"You are {me.member}. `outreach sync` carries your request to the team.",
        f"Compare with your lead when you meet: {' '.join(joined.words)}",
        f"Write down the recovery code of this laptop; it is shown once: {code or 'as it was given before'}",
    ]
    return Answer(document, lines)


def _knock(opened: Opened, me: membership.Membership, outside: Outside) -> None:
    """Ask at once where there is a network, so that an invite that is used up is said now and not later.

    Everything else that a server or a network may say can wait for the first `sync`.
    """
    try:
        with laptop.online(opened, me, outside) as joiner:
            enrol.ask_again(open_line(joiner, me))
    except Trouble as trouble:
        if trouble.code in ("invite-used", "invite-expired"):
            raise


def members(call: Call) -> Answer:
    """Everybody, and whoever waits."""
    found = _with_laptop(call, admission.members)
    lines = [
        f"{one.id}  {one.name or '…'}  {one.role}  {one.status}  {' '.join(one.words)}".rstrip()
        for one in found
    ]
    return Answer([_plain(one) for one in found], lines or ["Nobody yet."])


def admit(call: Call) -> Answer:
    """Let somebody in; the six words were compared before."""
    sheet = first_line(call.asked.root_sheet) if call.asked.root_sheet else None
    wanted = call.asked.join

    def let_in(line: Laptop) -> MemberLine:
        waiting = [one for one in admission.members(line) if one.invite and wanted in (one.id, one.invite)]
        return admission.admit(line, str(waiting[0].invite) if waiting else wanted, sheet)

    admitted = _with_laptop(call, let_in)
    return Answer(_plain(admitted), [f"{admitted.name} is in, as {admitted.role}."])


def remove(call: Call) -> Answer:
    """Take a member out."""
    member = roll.the_member(call.desk, call.asked.member)
    _with_laptop(call, lambda line: admission.remove(line, member.id))
    return Answer({"id": member.id}, [f"{member.get('name')} is out; a new key is in use."])


def _plain(one: MemberLine) -> dict[str, Json]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role,
        "status": one.status,
        "words": list(one.words),
    }


def _with_laptop(call: Call, do: Callable[[Laptop], T]) -> T:
    with laptop.online(call.unlocked, call.desk.membership, call.outside) as line:
        return do(line)


@contextmanager
def _new_profile(call: Call, verb: Literal["found", "join"]) -> Iterator[tuple[Opened, str | None]]:
    """A profile for whoever comes in, and its recovery code; gone again when that does not succeed.

    A folder where somebody waits for admission is opened instead (its code was given before): a join
    may be said again. A folder that is enrolled raises Trouble `already-enrolled`.
    """
    profile = Profile(call.profile)
    is_there = profile.exists()
    if is_there:
        opened, code = call.unlocked, None
        me = membership.read(opened.db)
        if me is not None and (me.is_enrolled or verb == "found"):
            raise Trouble("already-enrolled")
    else:
        made = door.make_profile(profile.folder, call.passphrase(), call.ring, call.outside.randomness)
        opened, code = made.opened, made.recovery_code
        call.adopt(opened)
    try:
        yield opened, code
    except BaseException:
        if not is_there:
            call.close()
            _take_away(profile)
        raise


def _take_away(profile: Profile) -> None:
    """The files of a profile that was made a moment ago and came to nothing."""
    records = profile.records
    for path in (profile.vault, *(records.with_name(records.name + end) for end in ("", "-wal", "-shm"))):
        path.unlink(missing_ok=True)


def _write(out: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
    except OSError as error:
        raise Trouble("file-not-written", file=str(out), reason=error.strerror or "unknown") from None
