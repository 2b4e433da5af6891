"""How sound the figures are: what may still change them, and a fingerprint of what they stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from outreach_app.domain import counting
from outreach_app.domain.field import Unfit
from outreach_app.domain.kind import Record, answers
from outreach_app.domain.kinds import KINDS
from outreach_app.report.reading import Outing, Shelf
from outreach_app.report.referral_desk import Desk
from outreach_app.report.summary import Arrivals, Completeness

_HAPPENED = {"visit": "arrived_at", "engagement": "occurred_at", "check_in": "at", "referral": "opened_at"}


_SEALED_BY_APPROVAL = ("visit", "engagement", "check_in")


def completeness_of(
    shelf: Shelf,
    outings: Sequence[Outing],
    desk: Desk,
    counted: Sequence[Record],
    arrivals: Arrivals | None,
) -> Completeness:
    """Drafts, late entries, open visits, conflicts and flags among the records that figures stand on."""
    approved = {outing.record.id: outing.said.approved_at for outing in outings}
    ended = [outing for outing in outings if outing.said.ended_at]
    stepped_out_of_order = {one for standing in desk.standings.values() for one in standing.out_of_order}
    late = 0
    for record in counted:
        if record.kind in _HAPPENED:
            moment = getattr(answers(KINDS[record.kind].shape, record), _HAPPENED[record.kind])
            closed = approved.get(str(record.get("shift"))) if record.kind in _SEALED_BY_APPROVAL else None
            late += counting.is_late_entry(record, moment, closed)
    return Completeness(
        drafts_left=sum(outing.said.drafts_left or 0 for outing in ended),
        shifts_without_count=sum(outing.said.drafts_left is None for outing in ended),
        late_entries=late,
        open_visits=sum(stay.left_at is None for outing in ended for stay in outing.stays),
        running_shifts=sum(outing.status == "open" for outing in outings),
        conflicts=sum(bool(record.conflicts) for record in counted),
        flagged=sum(
            bool(record.flags) or record.id in stepped_out_of_order or _is_odd(shelf, record)
            for record in counted
        ),
        arrivals=arrivals,
    )


def _is_odd(shelf: Shelf, record: Record) -> bool:
    """Whether the rules find something in the company of other records (a time outside the shift)."""
    try:
        findings = KINDS[record.kind].check_against(record.values, shelf, record.id)
    except Unfit:  # a neighbour holds what its field cannot: merge takes whatever it is given
        return True
    return any(finding.level != "ask" for finding in findings)


def fingerprint(records: Sequence[Record]) -> str:
    """SHA-256 over id, state and answers of each record in the order of ids, in sorted JSON."""
    digest = hashlib.sha256()
    for record in records:
        digest.update(
            msgspec.json.encode([record.id, record.kind, record.state, record.values], order="sorted")
        )
        digest.update(b"\n")
    return digest.hexdigest()
