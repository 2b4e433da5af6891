"""Hotspots: what was assigned against what was delivered, and what the pairs met there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import tzinfo

import msgspec

from outreach_app.domain import codes, counting
from outreach_app.domain.codes import CodeList
from outreach_app.domain.counting import Meeting, Stay
from outreach_app.domain.field import Choice
from outreach_app.domain.kind import answers
from outreach_app.domain.visit import Visit
from outreach_app.report.reading import Outing, Shelf, local, tallies
from outreach_app.report.summary import HotspotLine, NotReached, Tally


class _Ground:
    """What happened on one hotspot, while it is being added up."""

    def __init__(self) -> None:
        self.assigned = self.delivered = 0
        self.stays: list[Stay] = []
        self.met: list[Meeting] = []
        self.missed: dict[str, int] = {}

    def tallies(self, field: str, listed: CodeList) -> tuple[Tally, ...]:
        """How many visits ticked each code of a list, or gave each answer of a choice."""
        counts: dict[str, int] = {}
        for stay in self.stays:
            answer = getattr(answers(Visit, stay.visit), field)
            for code in answer if isinstance(answer, list) else (answer,):
                if code is not None:
                    counts[code] = counts.get(code, 0) + 1
        shown = Visit.described.fields[field]
        return tuple(
            msgspec.structs.replace(tally, label=shown.show(tally.code))
            if isinstance(shown, Choice)
            else tally
            for tally in tallies(counts, listed)
        )


def hotspot_lines(shelf: Shelf, outings: Sequence[Outing], zone: tzinfo) -> tuple[HotspotLine, ...]:
    """Every hotspot that was assigned, visited or named: the most minutes first."""
    grounds: defaultdict[str, _Ground] = defaultdict(_Ground)
    for outing in outings:
        for stay in outing.stays:
            grounds[stay.hotspot].stays.append(stay)
        for meeting in counting.conversations(outing.meetings):
            if meeting.said.hotspot:
                grounds[meeting.said.hotspot].met.append(meeting)
        _add_assignment(grounds, outing)
    lines = [_hotspot_line(shelf, hotspot, ground, zone) for hotspot, ground in grounds.items()]
    return tuple(sorted(lines, key=lambda line: (-line.minutes, line.name.casefold(), line.id)))


def _add_assignment(grounds: Mapping[str, _Ground], outing: Outing) -> None:
    """Assigned against delivered, and a reason for each gap, "" where nobody gave one."""
    reached = {stay.hotspot for stay in outing.stays}
    reasons = {
        row["hotspot"]: codes.NOT_REACHED.label(row["reason"]) for row in outing.said.not_reached or ()
    }
    silent = {"open": "not yet", "planned": "not yet", "cancelled": "shift cancelled"}.get(outing.status, "")
    assigned = dict.fromkeys(outing.said.hotspots_assigned or ())
    for hotspot in assigned:
        grounds[hotspot].assigned += 1
        grounds[hotspot].delivered += hotspot in reached
    for hotspot in assigned | dict.fromkeys(reasons):
        if hotspot not in reached:
            missed = grounds[hotspot].missed
            reason = reasons.get(hotspot, silent)
            missed[reason] = missed.get(reason, 0) + 1


def _hotspot_line(shelf: Shelf, hotspot: str, ground: _Ground, zone: tzinfo) -> HotspotLine:
    stays = sorted(ground.stays, key=lambda stay: stay.arrived_at)
    talked = counting.met(ground.met)
    record = shelf.get(hotspot)
    left = [stay.left_at for stay in stays if stay.left_at]
    return HotspotLine(
        id=hotspot,
        name=shelf.hotspot(hotspot),
        code=str((record.get("code") if record else None) or ""),
        assigned=ground.assigned,
        delivered=ground.delivered,
        visits=len(stays),
        minutes=sum(stay.minutes for stay in stays),
        first_at=local(stays[0].arrived_at, zone) if stays else None,
        last_at=local(max(left), zone) if left else None,
        still_there=any(stay.left_at is None for stay in stays),
        conversations=talked.engagements,
        young_people=talked.young_people,
        not_reached=tuple(
            NotReached(reason=reason, shifts=number) for reason, number in ground.missed.items()
        ),
        others_present=ground.tallies("others_present", codes.PRESENT),
        people_about=ground.tallies("people_band", codes.PEOPLE_BANDS),
        mood=ground.tallies("mood", codes.MOODS),
        seen=ground.tallies("seen", codes.SEEN),
        action_taken=ground.tallies("action_taken", codes.ACTIONS_TAKEN),
    )
