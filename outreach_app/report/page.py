"""The page as it will print: a summary put into words and blocks, in reading order.

Words and order are decided here and tested here; `resources/report/summary.typ` only says how a block
looks. A block without content is left out, never printed empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from outreach_app.domain.counting import RULES
from outreach_app.report.blocks import (
    AnyBlock,
    Bar,
    Bars,
    Big,
    BigRow,
    Columns,
    Fact,
    Facts,
    Grid,
    Head,
    Page,
    Quote,
    Section,
    Short,
    Words,
)
from outreach_app.report.phrases import (
    EXAMPLE,
    clock,
    count,
    hours,
    listed,
    long_day,
    one_line,
    sentence,
    short_day,
    span,
    stamp,
    tallied,
)
from outreach_app.report.summary import Completeness, ShiftLine, Summary, Tally
from outreach_app.report.tables import FIGURES, not_reached


def lay_out(summary: Summary) -> Page:
    """The page of a summary, in the order in which a leader reads: what, how sound, where, who, what next."""
    return Page(
        title=headline(summary),
        running=f"{one_line(summary.team) or 'Street outreach'} · {summary.trail.edition}",
        ribbon=EXAMPLE if summary.is_example else "",
        subtitle=tuple(line for line in (subtitle(summary), standing(summary)) if line),
        footing=f"{headline(summary)} · made {stamp(summary.trail.made_at)}"
        f" · version {summary.trail.version} · {summary.trail.fingerprint[:12]}",
        author=summary.trail.made_by or summary.team,
        blocks=tuple(_blocks(summary)),
    )


def headline(summary: Summary) -> str:
    """The title of a summary."""
    if summary.scope == "shift":
        return f"Shift summary, {long_day(summary.since)}"
    return f"Summary, {span(summary.since, summary.until)}"


def subtitle(summary: Summary) -> str:
    """Who was out and when, in one line."""
    if summary.scope == "period":
        total = summary.totals
        out = f"{count(total.shifts, 'shift')} · {hours(total.pair_minutes)} of pairs on the street"
        return out if summary.shifts else "No shifts"
    shift = summary.shifts[0]
    return " · ".join(
        part
        for part in (
            _times(shift),
            f"pair {one_line(shift.pair_label)}" if shift.pair_label else "",
            one_line(listed(shift.workers)),
            ", ".join((shift.weather, *shift.context) if shift.weather else shift.context).lower(),
        )
        if part
    )


def _times(shift: ShiftLine) -> str:
    """ "14:02–20:04 (planned 14:00–20:00)"; what is not known yet is not invented."""
    planned = _from_to(shift.planned_start_at, shift.planned_end_at, shift.date)
    if shift.started_at is None:
        return f"Planned {planned}" if planned else ""
    if shift.ended_at is None:
        actual = f"Since {clock(shift.started_at, shift.date)}"
    else:
        actual = _from_to(shift.started_at, shift.ended_at, shift.date)
    return f"{actual} (planned {planned})" if planned else actual


def _from_to(start: datetime | None, end: datetime | None, on: date | None) -> str:
    if start is None or end is None:
        return ""
    return f"{clock(start, on)}–{clock(end, on)}"


def standing(summary: Summary) -> str:
    """How the shift, or the shifts of a period, stand."""
    if summary.scope == "period":
        stands = Counter(line.status_label for line in summary.shifts)
        return sentence(", ".join(f"{number} {label}" for label, number in stands.items())) if stands else ""
    shift = summary.shifts[0]
    if shift.status == "approved" and shift.approved_at:
        by = f" by {shift.approved_by}" if shift.approved_by else ""
        return f"Approved{by} on {stamp(shift.approved_at)}."
    if shift.status == "cancelled":
        return f"Cancelled: {shift.cancelled_reason.lower()}."
    return {
        "planned": "Not started yet.",
        "open": "Still running: the figures are those of now.",
        "ended": "Ended, and not handed in yet.",
        "submitted": "Handed in, and waiting for approval.",
    }.get(shift.status, "")


def doubts(known: Completeness) -> list[str]:
    """What may still change the figures, a sentence for each; empty when nothing is known to."""
    found = [
        (
            known.drafts_left,
            f"{count(known.drafts_left, 'draft was left on a laptop', 'drafts were left on laptops')}",
        ),
        (
            known.shifts_without_count,
            f"{count(known.shifts_without_count, 'shift does', 'shifts do')} not say if drafts were left",
        ),
        (known.running_shifts, f"{count(known.running_shifts, 'shift is', 'shifts are')} still running"),
        (known.open_visits, f"{count(known.open_visits, 'visit was', 'visits were')} never ended"),
        (
            known.late_entries,
            f"{count(known.late_entries, 'record was', 'records were')} entered or changed late",
        ),
        (
            known.conflicts,
            f"{count(known.conflicts, 'record has', 'records have')} two answers to one question",
        ),
        (known.flagged, f"{count(known.flagged, 'record is', 'records are')} flagged for a look"),
    ]
    if known.arrivals:
        arrivals = known.arrivals
        found += [
            (
                arrivals.waiting,
                f"{count(arrivals.waiting, 'record waits', 'records wait')} to be sent from this laptop",
            ),
            (arrivals.missing, f"{count(arrivals.missing, 'batch has', 'batches have')} not arrived here"),
            (arrivals.parked, f"{count(arrivals.parked, 'batch', 'batches')} could not be opened"),
        ]
    return [sentence(words) for number, words in found if number]


def _soundness(summary: Summary) -> list[AnyBlock]:
    """What may still change; that nothing is known to is said only of what was looked at."""
    known = summary.completeness
    if summary.scope == "shift":  # its standing says already that it runs
        known = msgspec.structs.replace(known, running_shifts=0)
    found = doubts(known)
    if known.arrivals is None:
        arrived = "What may still be on its way was not checked."
    elif known.arrivals.missing or known.arrivals.parked or known.arrivals.waiting:
        arrived = ""
    else:
        arrived = "Every record that the team's laptops told of is here."
    if found:
        return [Words(text=" ".join((*found, arrived)).strip(), is_warning=True)]
    have_ended = summary.shifts and all(line.ended_at for line in summary.shifts)
    sound = "No drafts left, nothing late, nothing in doubt." if have_ended else ""
    return [Words(text=f"{sound} {arrived}".strip(), is_quiet=True)]


def _blocks(summary: Summary) -> list[AnyBlock]:
    if not summary.shifts:
        nothing = Words(text="No shift is recorded for these days.")
        return [*_soundness(summary), nothing, *_due(summary), *_figures(summary), *_trail(summary)]
    return [
        *_soundness(summary),
        _bigs(summary),
        *_where(summary),
        *_shifts(summary),
        *_depth(summary),
        *_voices(summary),
        *_handover(summary),
        *_referrals(summary),
        *_conversations(summary),
        *_met(summary),
        *_safety(summary),
        *_debrief(summary),
        *_time(summary),
        *_figures(summary),
        *_trail(summary),
    ]


def _bigs(summary: Summary) -> BigRow:
    total = summary.totals
    reached = sum(line.visits > 0 for line in summary.hotspots)
    return BigRow(
        figures=(
            Big(
                value=f"{total.conversations:,}",
                label="conversation" if total.conversations == 1 else "conversations",
                beside=f"{total.declined:,} declined",
            ),
            Big(
                value=f"{total.young_people:,}",
                label="young person" if total.young_people == 1 else "young people",
                beside=f"{total.new_young_people:,} new to us",
            ),
            Big(
                value=f"{total.full_referrals:,}",
                label="full referral" if total.full_referrals == 1 else "full referrals",
                beside=count(total.signposts, "signpost"),
            ),
            Big(
                value=f"{total.hotspot_minutes:,}",
                label="minute in hotspots" if total.hotspot_minutes == 1 else "minutes in hotspots",
                beside=f"{reached} of {count(len(summary.hotspots), 'hotspot')}"
                if summary.hotspots
                else "no hotspot assigned",
            ),
        )
    )


def _share(value: int, most: int) -> float:
    return value / most if most else 0.0


def _where(summary: Summary) -> list[AnyBlock]:
    if not summary.hotspots:
        return [Section(title="Minutes in each hotspot"), Words(text="No hotspot was assigned or visited.")]
    is_period = summary.scope == "period"
    most = max(line.minutes for line in summary.hotspots)
    bars = []
    for line in summary.hotspots:
        if is_period:
            third = f"{line.delivered} of {line.assigned}" if line.assigned else "–"
        else:
            end = "now" if line.still_there else clock(line.last_at, summary.since)
            third = f"{clock(line.first_at, summary.since)}–{end}" if line.first_at else "–"
        bars.append(
            Bar(
                label=one_line(line.name),
                value=line.minutes,
                share=_share(line.minutes, most),
                cells=(f"{line.visits:,}", third, f"{line.conversations:,}", f"{line.young_people:,}"),
            )
        )
    third_head = "Shifts reached" if is_period else "First to last"
    return [
        Section(title="Minutes in each hotspot"),
        Bars(heads=("Hotspot", "Minutes", "Visits", third_head, "Talks", "Young people"), bars=tuple(bars)),
        Words(
            text=" ".join(part for part in (_gaps(summary), _between(summary), RULES["minutes"]) if part),
            is_quiet=True,
        ),
    ]


def _gaps(summary: Summary) -> str:
    missed = [
        f"{one_line(line.name)} ({not_reached(line, summary.scope == 'period').lower()})"
        for line in summary.hotspots
        if line.not_reached
    ]
    return f"Not reached: {listed(missed)}." if missed else ""


def _between(summary: Summary) -> str:
    engaged = summary.engagements
    if not engaged.between_hotspots:
        return ""
    talks = count(engaged.between_hotspots, "conversation")
    people = count(engaged.between_hotspots_young_people, "young person", "young people")
    return f"Between hotspots: {talks} with {people}."


def _shifts(summary: Summary) -> list[AnyBlock]:
    if summary.scope == "shift":
        return []
    rows = tuple(
        (
            short_day(line.date) if line.date else "",
            line.pair_label,
            _from_to(line.started_at, line.ended_at, line.date)
            or (f"since {clock(line.started_at, line.date)}" if line.started_at else "–"),
            one_line(listed(line.workers)),
            line.status_label,
            f"{line.hotspot_minutes:,}",
            f"{line.conversations:,}",
            f"{line.young_people:,}",
        )
        for line in summary.shifts
    )
    days = tuple(
        (
            line.weekday,
            f"{line.shifts:,}",
            hours(line.pair_minutes),
            f"{line.hotspot_minutes:,}",
            f"{line.conversations:,}",
            f"{line.young_people:,}",
        )
        for line in summary.weekdays
    )
    return [
        Section(title="Shifts"),
        Grid(
            heads=(
                Head(label="Day"),
                Head(label="Pair"),
                Head(label="Out"),
                Head(label="Workers", share=1),
                Head(label="Status"),
                Head(label="Minutes", is_number=True),
                Head(label="Talks", is_number=True),
                Head(label="Young people", is_number=True),
            ),
            rows=rows,
        ),
        Section(title="Days of the week"),
        Grid(
            heads=(
                Head(label="Day", share=1),
                Head(label="Shifts", is_number=True),
                Head(label="Pair-hours", is_number=True),
                Head(label="Minutes in hotspots", is_number=True),
                Head(label="Conversations", is_number=True),
                Head(label="Young people", is_number=True),
            ),
            rows=days,
        ),
    ]


def _short(title: str, unit: str, tallies: Sequence[Tally], has_gaps: bool = False) -> tuple[Short, ...]:
    """The codes that occurred, as a short table; none where nothing did. `has_gaps` keeps the zeros."""
    found = [tally for tally in tallies if tally.count or has_gaps]
    most = max((tally.count for tally in found), default=0)
    bars = tuple(
        Bar(
            label=one_line(tally.label),
            value=tally.count,
            share=_share(tally.count, most),
            is_muted=tally.code == "not_recorded",
        )
        for tally in found
    )
    return (Short(title=title, unit=unit, bars=bars),) if bars else ()


def _rule(about: str, name: str) -> str:
    """A counting rule with what it is about in front: "Conversations: depth 1 or more."."""
    rule = RULES[name]
    return f"{about}: {rule[0].lower()}{rule[1:]}"


def _depth(summary: Summary) -> list[AnyBlock]:
    depths = summary.engagements.depths
    if not any(line.engagements for line in depths):
        return [Section(title="Conversations by depth"), Words(text="Nobody was met.")]
    return [
        Section(title="Conversations by depth"),
        Grid(
            heads=(
                Head(label="Depth", share=1),
                *(Head(label=line.label, is_number=True, share=1) for line in depths),
            ),
            rows=(
                ("Engagements", *(f"{line.engagements:,}" for line in depths)),
                ("Young people", *(f"{line.young_people:,}" for line in depths)),
            ),
        ),
        Words(
            text=f"{_rule('Conversations', 'conversations')} {_rule('Young people', 'young_people')}",
            is_quiet=True,
        ),
    ]


def _conversations(summary: Summary) -> list[AnyBlock]:
    """Who the conversations were with and what about; nothing where there were none."""
    engaged = summary.engagements
    if not summary.totals.conversations:
        return []
    by_hour = tuple(
        Tally(code=str(line.hour), label=f"{line.hour:02d}:00", count=line.conversations)
        for line in engaged.by_hour
    )
    columns = (
        (*_short("By hour", "talks", by_hour, has_gaps=True), *_short("What about", "talks", engaged.topics)),
        (
            *_short("Ages, as perceived", "people", engaged.ages),
            *_short("What we gave", "talks", engaged.given),
        ),
        (
            *_short("Genders, as perceived", "people", engaged.genders),
            *_short("New or known", "people", engaged.acquaintance),
            *_short("What came of it", "talks", engaged.outcomes),
            *_short("Why we were worried", "meetings", engaged.concern_reasons),
        ),
    )
    notes = [_rule("Not recorded", "not_recorded")]
    if engaged.topics:
        notes.append(_rule("What about", "topics"))
    outcomes = summary.totals.recorded_outcomes
    if outcomes:
        notes.append(f"{count(outcomes, 'recorded outcome was', 'recorded outcomes were')} written down.")
    return [
        Section(title="The conversations in detail"),
        Columns(columns=columns),
        Words(text=" ".join(notes), is_quiet=True),
    ]


def _voices(summary: Summary) -> list[AnyBlock]:
    voices = summary.engagements.voices
    if not voices:
        return []
    return [
        Section(title="What young people said"),
        *(
            Quote(
                text=voice.text,
                about=" · ".join(part for part in (voice.tag, one_line(voice.hotspot)) if part),
            )
            for voice in voices
        ),
    ]


def _referrals(summary: Summary) -> list[AnyBlock]:
    opened = summary.referrals
    blocks: list[AnyBlock] = [Section(title="Referrals")]
    kinds = [line for line in opened.by_kind if line.opened]
    if kinds:
        blocks.append(
            Grid(
                heads=(
                    Head(label="Kind", share=2.2),
                    Head(label="Opened", is_number=True, share=1),
                    Head(label="Sent", is_number=True, share=1),
                    Head(label="Where to", share=7),
                ),
                rows=tuple(
                    (
                        line.label,
                        f"{line.opened:,}",
                        "–" if line.code == "signpost" else f"{line.sent:,}",
                        _named(line.services),
                    )
                    for line in kinds
                ),
            )
        )
        notes = [RULES["full_referrals"]]
        if opened.not_taken:
            notes.append(f"Not taken up: {_named(opened.not_taken).lower()}.")
        blocks.append(Words(text=" ".join(notes), is_quiet=True))
    else:
        blocks.append(Words(text="No referral was opened."))
    if opened.moves:
        news = "News since the last shift" if summary.scope == "shift" else "News in this period"
        blocks.append(
            Grid(
                heads=(
                    Head(label=news, share=3),
                    Head(label="Person", share=1.2),
                    Head(label="Became", share=2),
                    Head(label="When"),
                ),
                rows=tuple(
                    (
                        one_line(f"{move.service} ({move.kind.lower()})"),
                        one_line(move.person) or "Without a card",
                        " · ".join(part for part in (move.status, move.outcome) if part),
                        f"{short_day(move.at.date())}, {clock(move.at)}",
                    )
                    for move in opened.moves
                ),
            )
        )
    blocks.extend(_due(summary))
    return blocks


def _due(summary: Summary) -> list[AnyBlock]:
    """What wants attention in the whole team, whoever opened it."""
    due = summary.referrals.due
    if not due:
        return []
    return [
        Grid(
            heads=(
                Head(label="Due in the team", share=3),
                Head(label="Person", share=1.2),
                Head(label="Stands at", share=2),
                Head(label="By"),
            ),
            rows=tuple(
                (
                    one_line(f"{line.service} ({line.kind.lower()})"),
                    one_line(line.person),
                    line.status,
                    (short_day(line.due_on) if line.due_on else "")
                    + (" – overdue" if line.is_overdue else ""),
                )
                for line in due
            ),
        )
    ]


def _named(tallies: Sequence[Tally]) -> str:
    """ "Housing (2), Benefits, debt (1)": the numbers part what commas cannot."""
    return ", ".join(f"{one_line(tally.label)} ({tally.count})" for tally in tallies)


def _handover(summary: Summary) -> list[AnyBlock]:
    if not summary.handover:
        return [Section(title="Hand over"), Words(text="Nothing was handed over.")]
    return [
        Section(title="Hand over"),
        Grid(
            heads=(
                Head(label="What", share=1),
                Head(label="About"),
                Head(label="Who takes it"),
                Head(label="By"),
                Head(label="Status"),
            ),
            rows=tuple(
                (
                    line.text,
                    one_line(line.person or line.hotspot or line.about),
                    one_line(line.owner) or "Nobody yet",
                    short_day(line.due_on) if line.due_on else "–",
                    line.status,
                )
                for line in summary.handover
            ),
        ),
    ]


def _ticked(tallies: Sequence[Tally]) -> str:
    return tallied([(tally.label, tally.count) for tally in tallies], " · ")


def _met(summary: Summary) -> list[AnyBlock]:
    """What the pairs met in the hotspots that they visited."""
    rows = tuple(
        (
            one_line(line.name),
            _ticked(line.mood) or "–",
            _ticked(line.people_about) or "–",
            _ticked(line.others_present) or "–",
            _ticked(line.seen) or "–",
            _ticked(line.action_taken) or "–",
        )
        for line in summary.hotspots
        if any((line.mood, line.people_about, line.others_present, line.seen, line.action_taken))
    )
    if not rows:
        return []
    return [
        Section(title="What the hotspots were like"),
        Grid(
            heads=(
                Head(label="Hotspot", share=1.4),
                Head(label="Mood", share=1),
                Head(label="People about", share=1),
                Head(label="Others there", share=1.2),
                Head(label="What was seen", share=1.8),
                Head(label="What we did", share=1.6),
            ),
            rows=rows,
        ),
    ]


def _safety(summary: Summary) -> list[AnyBlock]:
    facts = []
    kinds = [tally for tally in summary.safety.check_ins if tally.count]
    checked = ", ".join(
        f"{tally.label if tally.code == 'sos' else tally.label.lower()} {tally.count}" for tally in kinds
    )
    facts.append(Fact(label="Check-ins", text=sentence(checked) if checked else "None recorded."))
    if summary.scope == "shift":
        shift = summary.shifts[0]
        ready = sentence(listed(shift.readiness).lower()) if shift.readiness else "Not recorded."
        if shift.readiness and shift.readiness_open:
            ready += f" Not ticked: {listed(shift.readiness_open).lower()}."
        facts.append(Fact(label="Ready to go", text=ready))
        risk = f"{shift.risk_level}." if shift.risk_level else "Not recorded."
        facts.append(Fact(label="Risk", text=f"{risk} {shift.risk_note}".strip()))
    alone = []
    for line in summary.shifts:
        if line.single_reason:
            why = f"{line.single_reason}, allowed by {line.single_allowed_by or 'nobody named'}"
            if summary.scope == "period" and line.date:
                why = f"{short_day(line.date)}: {why[0].lower()}{why[1:]}"
            alone.append(why)
    if alone:
        facts.append(Fact(label="Worked alone", text=sentence("; ".join(alone))))
    return [Section(title="Safety"), Facts(facts=tuple(facts))]


def _debrief(summary: Summary) -> list[AnyBlock]:
    """One shift: a fact for each question. A period: a fact for each shift."""
    facts: list[Fact] = []
    for line in summary.shifts:
        said = [
            (label, text)
            for label, text in (
                ("What went well", line.went_well),
                ("What was hard", line.hard),
                ("Next time", line.next_time),
            )
            if text.strip()
        ]
        if summary.scope == "shift":
            facts.extend(Fact(label=label, text=text) for label, text in said)
        elif said:
            day = short_day(line.date) if line.date else ""
            whose = f"{day}, pair {one_line(line.pair_label)}" if line.pair_label else day
            facts.append(Fact(label=whose, text="\n".join(f"{label}: {text}" for label, text in said)))
    return [Section(title="Debrief"), Facts(facts=tuple(facts))] if facts else []


def _time(summary: Summary) -> list[AnyBlock]:
    total = summary.totals
    planned = sum(line.planned_minutes for line in summary.shifts)
    facts = [
        Fact(label="Pair-hours", text=hours(total.pair_minutes)),
        Fact(label="Person-hours", text=hours(total.person_minutes)),
        Fact(label="Breaks", text=hours(total.break_minutes)),
    ]
    if planned:
        facts.append(Fact(label="Planned", text=f"{hours(planned)} of shifts"))
    return [
        Section(title="Hours"),
        Facts(facts=tuple(facts)),
        Words(text=f"{RULES['pair_hours']} {RULES['alone']}", is_quiet=True),
    ]


def _figures(summary: Summary) -> list[AnyBlock]:
    return [
        Section(title="Every figure, and how it is counted"),
        Grid(
            heads=(
                Head(label="Figure"),
                Head(label="Number", is_number=True),
                Head(label="How it is counted", share=1),
            ),
            rows=tuple(
                (figure.label, f"{getattr(summary.totals, name):,}", RULES[figure.rule])
                for name, figure in FIGURES.items()
            ),
        ),
    ]


def _trail(summary: Summary) -> list[AnyBlock]:
    kept = summary.trail
    facts = [
        Fact(label="Recorded by", text=one_line(listed(kept.authors)) or "–"),
        Fact(label="Approved by", text=one_line(listed(kept.approvers)) or "Not approved yet."),
        Fact(
            label="Made",
            text=one_line(
                f"{stamp(kept.made_at)} ({kept.time_zone} time)"
                + (f" by {kept.made_by}." if kept.made_by else ".")
            ),
        ),
        Fact(label="Made for", text=f"{kept.reader}. {kept.edition}, version {kept.version}."),
        Fact(
            label="Counted",
            text=f"{count(kept.records, 'record')}"
            + (f", the newest changed {stamp(kept.newest_at)}" if kept.newest_at else "")
            + f"; code lists of version {kept.code_list_version}.",
        ),
        Fact(label="Fingerprint", text=" ".join(kept.fingerprint[i : i + 8] for i in range(0, 64, 8))),
        Fact(label="Left out", text="\n".join(f"{one.what}. {one.why}" for one in summary.left_out)),
    ]
    return [
        Section(title="Where this comes from"),
        Facts(facts=tuple(facts)),
        Words(
            text="The fingerprint is a SHA-256 over the records counted: equal records, equal fingerprint.",
            is_quiet=True,
        ),
    ]
