"""A referral: telling a young person of a service, or telling the service of them; and what came.

The status is never set: it follows from the events (`status_of`). Two offline events are two
events, not a conflict; an order the table does not allow is flagged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, NamedTuple

from outreach_app.domain import codes
from outreach_app.domain.field import Choice, Day, Json, Moment, Note, Ref, Yes, read_moment
from outreach_app.domain.kind import Declared, Finding, LookUp, Record, describe


class Referral(Declared, frozen=True):
    """One need, one service. A signpost is not a full referral and is never counted as one."""

    kind_of: Annotated[
        str | None, Choice("Kind", required=True, partners=True, codes=codes.REFERRAL_KINDS)
    ] = None
    opened_at: Annotated[datetime | None, Moment("Opened", required=True)] = None
    service: Annotated[str | None, Ref("Service", to="service")] = None
    service_type: Annotated[
        str | None, Choice("Kind of service", partners=True, codes=codes.SERVICE_TYPES)
    ] = None
    person: Annotated[str | None, Ref("Person", to="person")] = None
    anonymous: Annotated[bool | None, Yes("Without a card")] = None
    shift: Annotated[str | None, Ref("Shift", to="shift")] = None
    engagement: Annotated[str | None, Ref("Engagement", to="engagement")] = None
    timeframe: Annotated[str | None, Choice("How soon", codes=codes.TIMEFRAMES)] = None
    due_at: Annotated[datetime | None, Moment("Due")] = None
    next_chase_on: Annotated[date | None, Day("Chase next on")] = None
    consent: Annotated[str | None, Ref("Consent", to="consent")] = None
    override: Annotated[str | None, Note("Why without consent", "A recorded reason, read by the lead.")] = (
        None
    )
    method: Annotated[str | None, Choice("How it is sent", codes=codes.REFERRAL_METHODS)] = None
    outcome: Annotated[str | None, Choice("Outcome", partners=True, codes=codes.REFERRAL_OUTCOMES)] = None
    unavailable_reason: Annotated[
        str | None, Choice("Not available because", codes=codes.UNAVAILABLE_REASONS)
    ] = None
    told_person: Annotated[str | None, Choice("Told the young person", codes=codes.TOLD)] = None


class ReferralEvent(Declared, frozen=True):
    """A step of a referral."""

    referral: Annotated[str | None, Ref("Referral", required=True, to="referral")] = None
    at: Annotated[datetime | None, Moment("At", required=True)] = None
    to: Annotated[str | None, Choice("Becomes", required=True, codes=codes.REFERRAL_STATUSES)] = None
    note: Annotated[str | None, Note("Note")] = None


OPEN = frozenset(("draft", "offered", "ready", "sent", "received", "accepted", "in_progress", "on_hold"))

_NEXT: dict[str, frozenset[str]] = {
    "draft": frozenset(("offered", "ready")),
    "offered": frozenset(("declined", "ready")),
    "ready": frozenset(("sent",)),
    "sent": frozenset(("received", "accepted", "rejected", "failed")),
    "received": frozenset(("accepted", "rejected", "failed")),
    "accepted": frozenset(("in_progress", "on_hold", "completed", "failed")),
    "in_progress": frozenset(("on_hold", "completed", "failed")),
    "on_hold": frozenset(("in_progress",)),
}

_SENDS_ABOUT_A_PERSON = frozenset(("full", "statutory"))


def may_follow(kind_of: str, before: str, after: str) -> bool:
    """Whether a referral of that kind may go from one status to the other."""
    if after == "entered_in_error":
        return before != "entered_in_error"
    if after == "cancelled":
        return before in OPEN
    if before == "offered" and after == "completed":
        return kind_of == "signpost"
    return after in _NEXT.get(before, frozenset())


class Standing(NamedTuple):
    """Where a referral stands: status, since when, when it was first sent, and steps out of order."""

    status: str
    since: str | None
    sent_at: str | None
    out_of_order: tuple[str, ...]


def status_of(referral: Record, events: Iterable[Record]) -> Standing:
    """Read a referral's events in time order (ties by id) into where it stands now.

    A step that the table does not allow still happened: it is taken, and its event id is named.
    """
    status, since, sent_at = "draft", None, None
    out_of_order = []
    in_time = [
        one for one in events if one.state != "voided" and isinstance(one.get("at"), str) and one.get("to")
    ]
    for event in sorted(in_time, key=lambda one: (one.get("at"), one.id)):
        step = str(event.get("to"))
        if not may_follow(str(referral.get("kind_of")), status, step):
            out_of_order.append(event.id)
        status, since = step, event.get("at")
        if step == "sent" and sent_at is None:
            sent_at = event.get("at")
    return Standing(status, since, sent_at, tuple(out_of_order))


def is_overdue(referral: Record, standing: Standing, now: datetime) -> bool:
    """Whether something about an open referral should have happened by now."""
    if standing.status not in OPEN:
        return False
    due, chase = referral.get("due_at"), referral.get("next_chase_on")
    return bool((due and read_moment(due) < now) or (chase and date.fromisoformat(chase) < now.date()))


def _rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    if not values.get("service") and not values.get("service_type"):
        yield Finding("refuse", "service", "field-missing", "A service or a kind of service is needed.")
    if not values.get("person") and not values.get("anonymous"):
        yield Finding("refuse", "person", "field-missing", "Link a person, or say it is without a card.")
    if values.get("kind_of") in _SENDS_ABOUT_A_PERSON and not (
        values.get("consent") or values.get("override")
    ):
        words = (
            "Consent, or a recorded reason to go without, is needed before anything about a person leaves."
        )
        yield Finding("refuse", "consent", "consent-missing", words)


def _event_rules_against(
    values: Mapping[str, Json], look_up: LookUp, record_id: str | None
) -> Iterable[Finding]:
    referral = look_up.get(values["referral"]) if values.get("referral") else None
    if referral is None or referral.kind != "referral" or record_id is not None:
        return
    earlier = [
        event
        for event in _events_of(look_up, referral.id)
        if (event.get("at") or "") <= (values.get("at") or "")
    ]
    before = status_of(referral, earlier).status
    if values.get("to") and not may_follow(str(referral.get("kind_of")), before, values["to"]):
        label = codes.REFERRAL_STATUSES.label
        words = f"“{label(values['to'])}” does not usually follow “{label(before)}”."
        yield Finding("flag", "to", "step-out-of-order", words)


def _events_of(look_up: LookUp, referral_id: str) -> Sequence[Record]:
    return [event for event in look_up.find("referral_event") if event.get("referral") == referral_id]


REFERRAL = describe(
    Referral, "referral", label="Referral", plural="Referrals", when="opened_at", rules=_rules
)
REFERRAL_EVENT = describe(
    ReferralEvent,
    "referral_event",
    label="Referral step",
    plural="Referral steps",
    when="at",
    rules_against=_event_rules_against,
)
