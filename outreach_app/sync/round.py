"""One round: roster, joins, records out, records in, statements.

Runs on the net lane (or straight in the command line) and asks the store lane for every look at the
file. Stopped at any point, by a crash or on request, what is done stays done and the next round goes
on from there.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import structs

from outreach_app.domain.trouble import Trouble
from outreach_app.store import membership
from outreach_app.store.oplog import Changed
from outreach_app.sync import admission, enrol, incoming, outgoing, seen
from outreach_app.sync.line import Laptop, Line, open_line, read_roster
from outreach_app.sync.post import Answered
from outreach_app.wire.auth import Access


class Report(NamedTuple):
    """What a round did. Not enrolled yet: it asked, and waits for a lead."""

    is_enrolled: bool
    sent: int = 0
    received: int = 0
    admitted: int = 0
    changed: Changed = Changed()


def run(laptop: Laptop) -> Report:
    """Do one round to its end.

    Raises the troubles of `post`, of the roster (`roster-fork`, ...), `server-forked`, `receipt-wrong`,
    `laptop-cloned`, `not-enrolled`, `server-behind`, `cancelled`.
    """
    me = laptop.ask(membership.read)
    if me is None:
        raise Trouble("not-enrolled")
    line = open_line(laptop, me)
    try:
        return _round(line)
    except Answered as answered:
        raise Trouble("server-refused", problem=answered.report.code, status=answered.report.status) from None


def _round(line: Line) -> Report:
    if not line.me.is_enrolled:
        enrol.ask_again(line)
    if _sign_in(line) is Access.JOINING:
        return Report(is_enrolled=False)
    if line.post.access is Access.REMOVED:
        # Reading is over; what was recorded still goes out, into the late lane.
        sent = outgoing.send_all(line)
        raise Trouble("device-revoked", sent=sent)
    has_new_keys = read_roster(line)
    _stand(line)
    admitted = admission.serve_joins(line)
    admission.renew_old_keys(line)
    sent = outgoing.send_all(line)
    received = incoming.read_all(line, has_new_keys=has_new_keys)
    seen.tell_and_hear(line)
    return Report(True, sent, received, admitted, line.changed)


def _sign_in(line: Line) -> Access:
    try:
        return line.post.sign_in(line.receipt_key, line.team, line.device, line.identity.signer)
    except Answered as answered:
        if answered.report.code == "device-unknown" and line.me.is_enrolled:
            raise Trouble("server-behind") from None
        raise


def _stand(line: Line) -> None:
    """Write down what the roster says of this laptop: admitted, and in which role."""
    role = line.role
    if role is None:
        return
    member = line.roster.entry.device(line.device)
    if member is None or (line.me.is_enrolled and line.me.role == role.value):
        return
    me = structs.replace(line.me, is_enrolled=True, role=role.value, invite_secret=None)
    line.ask(lambda db: membership.keep(db, me))
    line.me = me
