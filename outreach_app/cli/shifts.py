"""The shift, step by step, at the present moment: start, arrive, leave, end; a lead approves."""

from __future__ import annotations

from outreach_app.cli import showing
from outreach_app.cli.call import Answer, Call
from outreach_app.domain.kind import Record
from outreach_app.work import roll, shift


def start(call: Call) -> Answer:
    """Start a shift with these colleagues."""
    colleagues = [roll.the_member(call.desk, called).id for called in call.asked.colleagues]
    return _tell(call, shift.start_shift(call.desk, colleagues).result)


def arrive(call: Call) -> Answer:
    """Arrive in a hotspot."""
    return _tell(call, shift.arrive(call.desk, roll.the_hotspot(call.desk, call.asked.hotspot).id).result)


def leave(call: Call) -> Answer:
    """Leave the hotspot."""
    return _tell(call, shift.leave(call.desk).result)


def end(call: Call) -> Answer:
    """End the shift and hand it in."""
    return _tell(call, shift.end_shift(call.desk).result)


def approve(call: Call) -> Answer:
    """Approve a pair's shift."""
    return _tell(call, shift.approve(call.desk, call.asked.shift).result)


def reopen(call: Call) -> Answer:
    """Give a shift back."""
    return _tell(call, shift.reopen(call.desk, call.asked.shift).result)


def _tell(call: Call, record: Record) -> Answer:
    return Answer(showing.full(record), showing.page(call.desk, record))
