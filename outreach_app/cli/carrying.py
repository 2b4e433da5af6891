"""Records on their way: one round or many, and what arrived but does not count."""

from __future__ import annotations

import msgspec

from outreach_app.cli import laptop, showing
from outreach_app.cli.call import Answer, Call
from outreach_app.domain.field import Json
from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches
from outreach_app.sync import pace, round
from outreach_app.sync.intake import PARKED
from outreach_app.work import door
from outreach_app.work import late as lane

_PASSES = frozenset(
    (
        "offline",
        "server-strange",
        "server-busy",
        "server-full",
        "server-failed",
        "profile-in-use",
        "roster-busy",
    )
)
"""Troubles that --watch waits out; any other ends it."""


def sync(call: Call) -> Answer:
    """One round, or rounds until somebody asks to end."""
    return _watch(call) if call.asked.watch else _once(call)


def parked(call: Call) -> Answer:
    """What arrived and was set aside."""
    rows = [
        {
            "batch": None if one.batch is None else one.batch.hex(),
            "op": one.op,
            "record": one.record,
            "stream": one.stream,
            "device": None if one.device is None else one.device.hex(),
            "reason": one.reason,
            "words": PARKED.get(one.reason, ""),
        }
        for one in batches.parked(call.desk.db)
    ]
    lines = [f"{row['op'] or row['batch']}  {row['reason']}: {row['words']}" for row in rows]
    return Answer(rows, lines or ["Nothing is parked."])


def late(call: Call) -> Answer:
    """Batches that a laptop sealed after its removal; they count for nothing."""
    db = call.desk.db
    rows = [
        {
            "batch": one.id.hex(),
            "stream": one.stream,
            "device": one.device.hex(),
            "seq": one.seq,
            "operations": len(batches.ops_in(db, one.id)),
        }
        for one in batches.late(db)
    ]
    columns = ("batch", "stream", "device", "seq", "operations")
    return Answer(rows, showing.table(rows, columns) if rows else ["Nothing came late."])


def accept(call: Call) -> Answer:
    """A lead's word that a late batch counts."""
    accepted = lane.accept(call.desk, call.asked.batch).result
    return Answer({"id": accepted.id}, ["It counts here now, and everywhere after the next sync."])


def _once(call: Call) -> Answer:
    with laptop.online(call.unlocked, call.desk.membership, call.outside) as line:
        report = round.run(line)
    status = _status(call, is_enrolled=report.is_enrolled)
    return Answer(status, [_in_words(status)])


def _watch(call: Call) -> Answer:
    """Rounds at sync's own pace. Between two of them the profile is let go, for other commands to use."""
    outside, passphrase, ring = call.outside, call.passphrase(), call.ring
    going, status = pace.Pace(), None
    while True:
        try:
            call.adopt(door.unlock(call.profile, passphrase, ring, outside.clock))
            try:
                status = _once(call).document
            finally:
                call.close()
            going, words = pace.after_success(going), _in_words(status)
        except Trouble as trouble:
            if trouble.code not in _PASSES:
                raise
            seconds = trouble.facts.get("seconds")
            going = pace.after_failure(going, seconds if isinstance(seconds, int) else None)
            words = trouble.line
        if not getattr(call.asked, "wants_json", False):
            outside.stdout.write(f"{outside.clock.now():%H:%M:%S} {words}\n".encode())
            outside.stdout.flush()
        chance = outside.randomness(1)[0] / 256
        has_waiting = bool(status and status["waiting"])
        if outside.is_stopped(pace.wait_seconds(going, chance, has_waiting=has_waiting)):
            return Answer(status, [])


def _status(call: Call, *, is_enrolled: bool) -> dict[str, Json]:
    return {"enrolled": is_enrolled, **msgspec.to_builtins(batches.truths(call.desk.db))}


def _in_words(status: dict[str, Json]) -> str:
    """The four truths in one line, never merged."""
    if not status["enrolled"]:
        return f"Waiting to be let in by your lead. Saved here: {status['saved']}."
    line = (
        f"Saved here {status['saved']}, on the server {status['on_server']},"
        f" verified {status['verified']}, seen by the lead {status['seen_by_lead']}."
    )
    for name, words in (("waiting", "Waiting"), ("parked", "Parked"), ("conflicts", "In conflict")):
        if status[name]:
            line += f" {words}: {status[name]}."
    return line
