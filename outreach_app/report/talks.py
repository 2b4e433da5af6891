"""The conversations from every side: depth, hour, who, what about, what came of them, what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo

from outreach_app.domain import codes, counting
from outreach_app.domain.codes import CodeList
from outreach_app.domain.counting import Meeting
from outreach_app.domain.engagement import Engagement
from outreach_app.report.reading import Shelf, tallies, words
from outreach_app.report.summary import DepthLine, Engagements, HourLine, Tally, Voice


def engagements_of(shelf: Shelf, met: Sequence[Meeting], zone: tzinfo) -> Engagements:
    """Counted over conversations; depth and concerns over declines too."""
    talks = counting.conversations(met)
    between = counting.met(meeting for meeting in talks if not meeting.said.hotspot)
    return Engagements(
        depths=_depths(met),
        by_hour=_by_hour(talks, zone),
        between_hotspots=between.engagements,
        between_hotspots_young_people=between.young_people,
        ages=_bands(met, "ages", codes.AGES),
        genders=_bands(met, "genders", codes.GENDERS),
        acquaintance=_bands(met, "acquaintance", codes.ACQUAINTANCE),
        topics=tallies(counting.mentions(talks, "topics"), codes.TOPICS),
        given=tallies(counting.mentions(talks, "given"), codes.GIVEN),
        outcomes=tallies(counting.mentions(talks, "outcome"), codes.OUTCOMES),
        concern_reasons=tallies(counting.mentions(met, "concern_reason"), codes.CONCERN_REASONS),
        voices=tuple(
            Voice(
                text=meeting.said.young_person_view,
                tag=words(Engagement, "view_tag", meeting.said.view_tag),
                hotspot=shelf.hotspot(meeting.said.hotspot),
            )
            for meeting in met
            if meeting.said.young_person_view and meeting.said.young_person_view.strip()
        ),
    )


def _bands(met: Sequence[Meeting], field: str, listed: CodeList) -> tuple[Tally, ...]:
    """Every band of a list in its order, and at the end what was not recorded."""
    found = counting.bands(met, field)
    known = [str(code) for code in listed.values]
    return (
        *(
            Tally(code=code, label=listed.label(code), count=found.counts.get(code, 0))
            for code in (*known, *(code for code in found.counts if code not in known))
        ),
        Tally(code="not_recorded", label="Not recorded", count=found.not_recorded),
    )


def _depths(met: Sequence[Meeting]) -> tuple[DepthLine, ...]:
    """Each depth, with nobody too; a last line only where a depth is not known."""
    lines = []
    for depth, label, help_ in (
        *((int(code.value), code.label, code.help) for code in codes.DEPTH),
        (None, "Not recorded", "counts as nothing"),
    ):
        found = counting.met(counting.at_depth(met, depth))
        if depth is not None or found.engagements:
            lines.append(
                DepthLine(
                    code="not_recorded" if depth is None else str(depth),
                    label=label,
                    help=help_,
                    engagements=found.engagements,
                    young_people=found.young_people,
                )
            )
    return tuple(lines)


_DAY_BEGINS = 5
"""The hour at which a street day begins: what happens after midnight belongs to the evening before."""


def _by_hour(talks: Sequence[Meeting], zone: tzinfo) -> tuple[HourLine, ...]:
    """From the first hour of the street day with a conversation to the last, quiet ones between included."""
    found: defaultdict[int, list[Meeting]] = defaultdict(list)
    for meeting in talks:
        if meeting.said.occurred_at:
            found[(meeting.said.occurred_at.astimezone(zone).hour - _DAY_BEGINS) % 24].append(meeting)
    lines = []
    for since_morning in range(min(found, default=0), max(found, default=-1) + 1):
        met = counting.met(found.get(since_morning, ()))
        lines.append(
            HourLine(
                hour=(since_morning + _DAY_BEGINS) % 24,
                conversations=met.engagements,
                young_people=met.young_people,
            )
        )
    return tuple(lines)
