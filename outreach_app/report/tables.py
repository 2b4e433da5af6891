"""The tables of a summary, made once: sheets of the workbook, files of the CSV, tables of the page.

A table has columns with a name for programs and a label for people, and rows of plain values. How a
value looks (a date, a clock time) is the format's business; what it is stands in the column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from outreach_app.domain.counting import RULES
from outreach_app.report.phrases import listed, tallied
from outreach_app.report.summary import HotspotLine, Summary, Tally

Cell = str | int | date | datetime | None

Meaning = Literal["text", "number", "day", "time", "moment"]
"""What a column holds: `time` is a moment whose day is known, `moment` one whose day must be shown."""


class Column(NamedTuple):
    """One column: a name for programs, a label for people, what it holds, how wide it reads well."""

    name: str
    label: str
    holds: Meaning = "text"
    width: int = 14


class Table(NamedTuple):
    """A titled table; `note` says how to read it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


class Figure(NamedTuple):
    """The words of one total: what it is called and the counting rule that stands beside it."""

    label: str
    rule: str


FIGURES: dict[str, Figure] = {
    "shifts": Figure("Shifts", "shifts"),
    "conversations": Figure("Conversations", "conversations"),
    "young_people": Figure("Young people", "young_people"),
    "declined": Figure("Declined", "declined"),
    "declined_young_people": Figure("Young people who declined", "declined"),
    "new_young_people": Figure("Young people new to us", "young_people"),
    "recorded_outcomes": Figure("Recorded outcomes", "recorded_outcomes"),
    "views": Figure("Views of young people", "views"),
    "full_referrals": Figure("Full referrals", "full_referrals"),
    "statutory": Figure("Statutory referrals", "statutory"),
    "supported": Figure("Supported referrals", "supported"),
    "signposts": Figure("Signposts", "signposts"),
    "referrals_due": Figure("Referrals due", "due"),
    "referrals_overdue": Figure("Referrals overdue", "due"),
    "hotspots_visited": Figure("Hotspots visited", "hotspots_visited"),
    "visits": Figure("Visits", "visits"),
    "hotspot_minutes": Figure("Minutes in hotspots", "minutes"),
    "pair_minutes": Figure("Pair-minutes", "pair_hours"),
    "person_minutes": Figure("Person-minutes", "pair_hours"),
    "break_minutes": Figure("Minutes of breaks", "breaks"),
    "handover_open": Figure("Handover items open", "handover"),
    "check_ins_missed": Figure("Check-ins missed", "missed"),
}
"""Words for each field of `Totals`, in the order in which they are shown."""

# Characters by which a spreadsheet takes a cell for a formula or a command, with their full-width twins
# (OWASP, "CSV Injection"); blanks and quotes before them do not make them harmless.
_COMMAND = re.compile(r"""[\s'"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]""")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take this text for something to calculate or run."""
    return bool(_COMMAND.match(text)) or text.startswith(("\t", "\r", "\n"))


def tables(summary: Summary) -> tuple[Table, ...]:
    """Every table of a summary in reading order; the same set for every shift, so files line up."""
    return (
        totals(summary),
        shifts(summary),
        hotspots(summary),
        engagements(summary),
        by_hour(summary),
        *((weekdays(summary),) if summary.scope == "period" else ()),
        referrals(summary),
        referral_moves(summary),
        referrals_due(summary),
        handover(summary),
        voices(summary),
        debrief(summary),
        check_ins(summary),
        completeness(summary),
        trail(summary),
    )


def totals(summary: Summary) -> Table:
    """Every total with its counting rule beside it."""
    return Table(
        "totals",
        "Figures and how they are counted",
        (
            Column("name", "Name", width=22),
            Column("figure", "Figure", width=28),
            Column("value", "Value", "number"),
            Column("rule", "How it is counted", width=80),
        ),
        tuple(
            (name, figure.label, getattr(summary.totals, name), RULES[figure.rule])
            for name, figure in FIGURES.items()
        ),
    )


def shifts(summary: Summary) -> Table:
    """One row for each shift."""
    return Table(
        "shifts",
        "Shifts",
        (
            Column("date", "Date", "day"),
            Column("pair", "Pair", width=8),
            Column("workers", "Workers", width=30),
            Column("status", "Status"),
            Column("planned_start", "Planned start", "time"),
            Column("planned_end", "Planned end", "time"),
            Column("started", "Started", "time"),
            Column("ended", "Ended", "time"),
            Column("pair_minutes", "Pair-minutes", "number"),
            Column("person_minutes", "Person-minutes", "number"),
            Column("break_minutes", "Break minutes", "number"),
            Column("visits", "Visits", "number"),
            Column("hotspot_minutes", "Minutes in hotspots", "number"),
            Column("conversations", "Conversations", "number"),
            Column("young_people", "Young people", "number"),
            Column("declined", "Declined", "number"),
            Column("weather", "Weather"),
            Column("context", "What else was on", width=24),
            Column("risk", "Risk"),
            Column("ready", "Ready to go", width=30),
            Column("alone_because", "Alone because", width=20),
            Column("alone_allowed_by", "Allowed by", width=20),
            Column("approved_by", "Approved by", width=20),
            Column("shift_id", "Shift id", width=38),
        ),
        tuple(
            (
                line.date,
                line.pair_label,
                ", ".join(line.workers),
                line.status_label,
                line.planned_start_at,
                line.planned_end_at,
                line.started_at,
                line.ended_at,
                line.pair_minutes,
                line.person_minutes,
                line.break_minutes,
                line.visits,
                line.hotspot_minutes,
                line.conversations,
                line.young_people,
                line.declined,
                line.weather,
                "; ".join(line.context),
                line.risk_level,
                "; ".join(line.readiness),
                line.single_reason,
                line.single_allowed_by,
                line.approved_by,
                line.id,
            )
            for line in summary.shifts
        ),
    )


def hotspots(summary: Summary) -> Table:
    """One row for each hotspot, most minutes first, and one for what happened between them."""
    rows: list[tuple[Cell, ...]] = [
        (
            line.name,
            line.code,
            line.assigned,
            line.delivered,
            line.visits,
            line.minutes,
            line.first_at,
            line.last_at,
            line.conversations,
            line.young_people,
            not_reached(line, summary.scope == "period"),
            tallied_labels(line.others_present),
            tallied_labels(line.people_about),
            tallied_labels(line.mood),
            tallied_labels(line.seen),
            tallied_labels(line.action_taken),
        )
        for line in summary.hotspots
    ]
    engaged = summary.engagements
    between = (engaged.between_hotspots, engaged.between_hotspots_young_people)
    if engaged.between_hotspots:
        rows.append(
            ("Between hotspots", "", None, None, None, None, None, None, *between, "", "", "", "", "", "")
        )
    when: Meaning = "time" if summary.scope == "shift" else "moment"
    return Table(
        "hotspots",
        "Hotspots",
        (
            Column("hotspot", "Hotspot", width=28),
            Column("code", "Code", width=8),
            Column("assigned", "Shifts assigned", "number"),
            Column("delivered", "Shifts delivered", "number"),
            Column("visits", "Visits", "number"),
            Column("minutes", "Minutes", "number"),
            Column("first", "First arrived", when),
            Column("last", "Last left", when),
            Column("conversations", "Conversations", "number"),
            Column("young_people", "Young people", "number"),
            Column("not_reached", "Not reached because", width=26),
            Column("others_present", "Others there", width=26),
            Column("people_about", "People about", width=18),
            Column("mood", "Mood", width=18),
            Column("seen", "What was seen", width=34),
            Column("action_taken", "What the pair did", width=34),
        ),
        tuple(rows),
    )


def engagements(summary: Summary) -> Table:
    """Conversations from every side, one row for each code: long and narrow, ready for a pivot table."""
    engaged = summary.engagements
    rows: list[tuple[Cell, ...]] = [
        ("Depth", line.code, line.label, line.engagements, line.young_people) for line in engaged.depths
    ]
    for about, people in (
        ("Age", engaged.ages),
        ("Gender", engaged.genders),
        ("New or known", engaged.acquaintance),
    ):
        rows.extend((about, tally.code, tally.label, None, tally.count) for tally in people)
    for about, talks in (
        ("Topic", engaged.topics),
        ("Given", engaged.given),
        ("Outcome", engaged.outcomes),
        ("Concern", engaged.concern_reasons),
    ):
        rows.extend((about, tally.code, tally.label, tally.count, None) for tally in talks)
    return Table(
        "engagements",
        "Conversations from every side",
        (
            Column("about", "About", width=16),
            Column("code", "Code", width=22),
            Column("label", "What", width=34),
            Column("engagements", "Engagements", "number"),
            Column("young_people", "Young people", "number"),
        ),
        tuple(rows),
        note=f"{RULES['topics']} {RULES['not_recorded']}",
    )


def by_hour(summary: Summary) -> Table:
    """Conversations by the hour of the local clock in which they began."""
    return Table(
        "hours",
        "Conversations by hour",
        (
            Column("hour", "Hour"),
            Column("conversations", "Conversations", "number"),
            Column("young_people", "Young people", "number"),
        ),
        tuple(
            (f"{line.hour:02d}:00–{line.hour:02d}:59", line.conversations, line.young_people)
            for line in summary.engagements.by_hour
        ),
    )


def weekdays(summary: Summary) -> Table:
    """Each day of the week: time out beside what came of it."""
    return Table(
        "weekdays",
        "Days of the week",
        (
            Column("weekday", "Day"),
            Column("shifts", "Shifts", "number"),
            Column("pair_minutes", "Pair-minutes", "number"),
            Column("hotspot_minutes", "Minutes in hotspots", "number"),
            Column("conversations", "Conversations", "number"),
            Column("young_people", "Young people", "number"),
        ),
        tuple(
            (
                line.weekday,
                line.shifts,
                line.pair_minutes,
                line.hotspot_minutes,
                line.conversations,
                line.young_people,
            )
            for line in summary.weekdays
        ),
    )


def referrals(summary: Summary) -> Table:
    """Referrals opened in these shifts: by kind, by service, and what was not taken up."""
    opened = summary.referrals
    rows: list[tuple[Cell, ...]] = [
        ("Kind", line.code, line.label, line.opened, line.sent, line.counted) for line in opened.by_kind
    ]
    rows.extend(
        (f"{line.label}: where to", tally.code, tally.label, tally.count, None, None)
        for line in opened.by_kind
        for tally in line.services
    )
    rows.extend(
        ("Not taken up", tally.code, tally.label, tally.count, None, None) for tally in opened.not_taken
    )
    return Table(
        "referrals",
        "Referrals opened",
        (
            Column("about", "About", width=22),
            Column("code", "Code", width=22),
            Column("label", "What", width=36),
            Column("opened", "Opened", "number"),
            Column("sent", "Sent", "number"),
            Column("counted", "Counted", "number"),
        ),
        tuple(rows),
        note=RULES["full_referrals"],
    )


def referral_moves(summary: Summary) -> Table:
    """What services answered, and how referrals ended."""
    return Table(
        "referral_news",
        "Referrals: news since the last shift"
        if summary.scope == "shift"
        else "Referrals: news in this period",
        (
            Column("at", "When", "moment", 18),
            Column("kind", "Kind"),
            Column("service", "Service", width=30),
            Column("person", "Person"),
            Column("status", "Became", width=22),
            Column("outcome", "Outcome", width=24),
        ),
        tuple(
            (move.at, move.kind, move.service, move.person, move.status, move.outcome)
            for move in summary.referrals.moves
        ),
    )


def referrals_due(summary: Summary) -> Table:
    """The team's open referrals that want attention, overdue ones first."""
    return Table(
        "referrals_due",
        "Referrals due and overdue",
        (
            Column("due", "Due", "day"),
            Column("overdue", "Overdue", width=10),
            Column("kind", "Kind"),
            Column("service", "Service", width=30),
            Column("person", "Person"),
            Column("status", "Status", width=22),
            Column("referral_id", "Referral id", width=38),
        ),
        tuple(
            (
                line.due_on,
                "yes" if line.is_overdue else "no",
                line.kind,
                line.service,
                line.person,
                line.status,
                line.id,
            )
            for line in summary.referrals.due
        ),
        note=RULES["due"],
    )


def handover(summary: Summary) -> Table:
    """What was passed on, to whom, by when."""
    return Table(
        "handover",
        "Handover",
        (
            Column("text", "What to pass on", width=70),
            Column("about", "About"),
            Column("person", "Person"),
            Column("hotspot", "Hotspot", width=24),
            Column("owner", "Who takes it", width=20),
            Column("due", "By", "day"),
            Column("status", "Status", width=10),
        ),
        tuple(
            (line.text, line.about, line.person, line.hotspot, line.owner, line.due_on, line.status)
            for line in summary.handover
        ),
    )


def voices(summary: Summary) -> Table:
    """What young people would change, in their words."""
    return Table(
        "views",
        "What young people said",
        (
            Column("view", "In their words", width=90),
            Column("about", "About", width=18),
            Column("hotspot", "Hotspot", width=24),
        ),
        tuple((voice.text, voice.tag, voice.hotspot) for voice in summary.engagements.voices),
    )


def debrief(summary: Summary) -> Table:
    """How the shifts were for those who worked them."""
    return Table(
        "debrief",
        "Debrief",
        (
            Column("date", "Date", "day"),
            Column("pair", "Pair", width=8),
            Column("went_well", "What went well", width=50),
            Column("hard", "What was hard", width=50),
            Column("next_time", "Next time", width=50),
            Column("risk_note", "About the risk", width=40),
        ),
        tuple(
            (line.date, line.pair_label, line.went_well, line.hard, line.next_time, line.risk_note)
            for line in summary.shifts
            if line.went_well or line.hard or line.next_time or line.risk_note
        ),
    )


def check_ins(summary: Summary) -> Table:
    """Each check-in with when it was due."""
    return Table(
        "check_ins",
        "Check-ins",
        (
            Column("at", "At", "moment", 18),
            Column("due", "Due", "moment", 18),
            Column("check_in", "Check-in"),
            Column("hotspot", "Hotspot", width=28),
        ),
        tuple((line.at, line.due_at, line.label, line.hotspot) for line in summary.safety.lines),
    )


def completeness(summary: Summary) -> Table:
    """What may still change the figures."""
    known = summary.completeness
    rows: list[tuple[Cell, ...]] = [
        ("drafts_left", "Drafts left on laptops when shifts ended", known.drafts_left),
        (
            "shifts_without_count",
            "Ended shifts that do not say how many drafts were left",
            known.shifts_without_count,
        ),
        ("late_entries", f"Late entries. {RULES['late_entries']}", known.late_entries),
        ("open_visits", "Visits that nobody ended, in shifts that ended", known.open_visits),
        ("running_shifts", "Shifts still running, counted up to now", known.running_shifts),
        ("conflicts", "Records with two answers to one question, to be settled", known.conflicts),
        ("flagged", "Records flagged for a person to look at", known.flagged),
    ]
    arrivals = known.arrivals
    rows += [
        ("waiting", "Records waiting to be sent from this laptop", arrivals.waiting if arrivals else None),
        ("missing", "Batches that exist and have not arrived here", arrivals.missing if arrivals else None),
        ("parked", "Batches that arrived and could not be opened", arrivals.parked if arrivals else None),
    ]
    return Table(
        "completeness",
        "How complete this is",
        (
            Column("name", "Name", width=22),
            Column("what", "What", width=60),
            Column("value", "Number", "number"),
        ),
        tuple(rows),
        note="" if arrivals else "What is still on its way was not checked: the last three are not known.",
    )


def trail(summary: Summary) -> Table:
    """Where the summary comes from, and what its reader is not shown."""
    kept = summary.trail
    rows: list[tuple[Cell, ...]] = [
        ("team", "Team", summary.team),
        ("since", "From", summary.since.isoformat()),
        ("until", "To", summary.until.isoformat()),
        ("edition", "Edition", kept.edition),
        ("reader", "Made for", kept.reader),
        ("version", "Version", str(kept.version)),
        ("authors", "Recorded by", listed(kept.authors)),
        ("approvers", "Approved by", listed(kept.approvers)),
        ("made_at", "Made at", kept.made_at.isoformat(timespec="seconds")),
        ("made_by", "Made by", kept.made_by),
        ("time_zone", "Times are those of", kept.time_zone),
        ("records", "Records counted", str(kept.records)),
        (
            "newest_at",
            "Newest change",
            kept.newest_at.isoformat(timespec="seconds") if kept.newest_at else "",
        ),
        ("code_list_version", "Version of the code lists", str(kept.code_list_version)),
        ("fingerprint", "Fingerprint of the records (SHA-256)", kept.fingerprint),
    ]
    rows.extend(("left_out", f"Left out: {one.what}", one.why) for one in summary.left_out)
    return Table(
        "trail",
        "Where this comes from",
        (
            Column("name", "Name", width=20),
            Column("what", "What", width=36),
            Column("value", "Value", width=70),
        ),
        tuple(rows),
    )


def not_reached(line: HotspotLine, is_period: bool = False) -> str:
    """Why an assigned hotspot was not reached; says so where nobody gave a reason."""
    parts: Iterable[str] = (
        (one.reason or "No reason given") + (f" ×{one.shifts}" if is_period and one.shifts > 1 else "")
        for one in line.not_reached
    )
    return ", ".join(parts)


def tallied_labels(tallies: Sequence[Tally]) -> str:
    """Labels of tallies in one cell: "Calm ×2; Tense". Labels have commas of their own."""
    return tallied([(tally.label, tally.count) for tally in tallies], "; ")
