"""Finding members, hotspots and services by what people call them."""

from __future__ import annotations

from outreach_app.domain.kind import Record
from outreach_app.domain.trouble import Trouble
from outreach_app.work.desk import Desk


def members(desk: Desk) -> list[Record]:
    """The team, by name."""
    return sorted(desk.records.find("member"), key=lambda one: str(one.get("name")).casefold())


def hotspots(desk: Desk) -> list[Record]:
    """Hotspots in force today, by name."""
    today = desk.today().isoformat()
    in_force = [
        one
        for one in desk.records.find("hotspot")
        if (one.get("in_force_from") or today) <= today <= (one.get("in_force_to") or today)
        and one.get("kind_of") in (None, "hotspot")
    ]
    return sorted(in_force, key=lambda one: str(one.get("name")).casefold())


def name_of(desk: Desk, record_id: str | None) -> str:
    """What people call a member, hotspot, service or card; an ellipsis while it has not arrived."""
    record = desk.records.get(record_id) if record_id else None
    if record is None:
        return "…"
    return str(record.get("name") or record.get("code") or "…")


def the_member(desk: Desk, called: str) -> Record:
    """A member by id or by name; raises Trouble `name-unknown` or `name-twice`."""
    return _one(desk, "member", called)


def the_hotspot(desk: Desk, called: str) -> Record:
    """A hotspot by id, code or name; raises Trouble `name-unknown` or `name-twice`."""
    return _one(desk, "hotspot", called)


def _one(desk: Desk, kind: str, called: str) -> Record:
    everyone = list(desk.records.find(kind))
    exact = [one for one in everyone if one.id == called]
    wanted = called.strip().casefold()
    found = exact or [
        one
        for one in everyone
        if wanted in (str(one.get("name")).casefold(), str(one.get("code") or "").casefold())
    ]
    if not found:
        raise Trouble("name-unknown", kind=kind)
    if len(found) > 1:
        raise Trouble("name-twice", kind=kind, count=len(found))
    return found[0]
