"""What is counted, and what is said where something is missing, odd or still running."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from report.street import DAY, HOTSPOTS, Notebook, at, evening, meet, new_shift

from outreach_app.domain.trouble import Trouble
from outreach_app.report.reading import UNKNOWN_HOTSPOT, UNKNOWN_MEMBER, Period
from outreach_app.report.shift_summary import compute, shifts_between
from outreach_app.report.summary import Arrivals, Summary, Tally

SumUp = Callable[..., Summary]
WEEK = Period(date(2026, 11, 23), date(2026, 11, 29))


def counts(tallies: tuple[Tally, ...]) -> dict[str, int]:
    return {tally.code: tally.count for tally in tallies if tally.count}


# ----------------------------------------------------------------------------------------- the evening


def test_the_header_says_who_was_out_and_when(summary: Summary) -> None:
    (line,) = summary.shifts
    assert summary.team == "City centre street outreach"
    assert (line.date, line.pair_label, line.workers) == (date(2026, 11, 24), "A", ("Jo", "Sam"))
    assert (line.status, line.weather, line.context) == ("submitted", "Dry", ("Match day",))
    assert (line.pair_minutes, line.person_minutes, line.planned_minutes) == (332, 664, 360)
    assert line.readiness_open == ("Personal alarm",)


def test_every_assigned_hotspot_has_a_line_and_a_reason_where_it_was_not_reached(summary: Summary) -> None:
    found = {line.name: line for line in summary.hotspots}
    assert set(found) == set(HOTSPOTS)
    assert [line.minutes for line in summary.hotspots] == [46, 38, 31, 27, 22, 0, 0]
    assert (found["Clock Tower"].visits, found["Clock Tower"].conversations) == (2, 4)
    assert (found["Clock Tower"].assigned, found["Clock Tower"].delivered) == (1, 1)
    assert [(one.reason, one.shifts) for one in found["Church Gate"].not_reached] == [
        ("Closed off or event", 1)
    ]
    assert (found["Church Gate"].assigned, found["Church Gate"].delivered) == (1, 0)
    assert counts(found["Clock Tower"].mood) == {"calm": 1, "lively": 1}


def test_depth_shows_declines_beside_conversations(summary: Summary) -> None:
    depths = {line.code: (line.engagements, line.young_people) for line in summary.engagements.depths}
    assert depths == {"0": (2, 3), "1": (5, 14), "2": (4, 11), "3": (2, 2), "4": (0, 0)}
    assert summary.totals.conversations == 5 + 4 + 2 + 0


def test_bands_end_with_what_nobody_recorded(summary: Summary) -> None:
    for people in (summary.engagements.ages, summary.engagements.genders, summary.engagements.acquaintance):
        assert people[-1].code == "not_recorded"
        assert sum(tally.count for tally in people) == summary.totals.young_people


def test_hours_of_the_day_run_without_gaps_on_local_clocks(summary: Summary) -> None:
    assert [(line.hour, line.conversations) for line in summary.engagements.by_hour] == [
        (14, 2),
        (15, 3),
        (16, 1),
        (17, 3),
        (18, 2),
    ]


def test_what_was_said_keeps_its_words_and_loses_who_said_it(summary: Summary) -> None:
    first = summary.engagements.voices[0]
    assert (first.text, first.tag, first.hotspot) == (
        "Lights in the underpass, and somewhere warm after six.",
        "Lighting",
        "Haymarket",
    )


def test_signposts_stand_apart_from_full_referrals(summary: Summary) -> None:
    kinds = {line.code: (line.opened, line.sent, line.counted) for line in summary.referrals.by_kind}
    assert kinds == {"signpost": (3, 0, 3), "supported": (0, 0, 0), "full": (2, 2, 2), "statutory": (0, 0, 0)}
    assert [(one.code, one.count) for one in summary.referrals.not_taken] == [("unavailable_closed", 1)]


def test_news_of_referrals_is_what_came_since_the_last_shift(summary: Summary) -> None:
    assert [(move.service, move.person, move.status) for move in summary.referrals.moves] == [
        ("Mental health", "Otter-07", "Received"),
        ("Benefits, debt", "", "Completed"),
    ]


def test_an_overdue_referral_comes_first_whoever_opened_it(summary: Summary) -> None:
    due = [(line.service, line.is_overdue, line.due_on) for line in summary.referrals.due]
    assert due[0] == ("Mental health", True, date(2026, 11, 23))
    assert [line[1] for line in due[1:]] == [False, False]
    assert {line[2] for line in due[1:]} == {date(2026, 11, 27)}


def test_handover_names_codes_owners_and_days(summary: Summary) -> None:
    assert [(line.person, line.hotspot, line.owner, line.due_on) for line in summary.handover] == [
        ("Maple-14", "", "Next pair", date(2026, 11, 26)),
        ("", "Haymarket", "Lee", date(2026, 11, 27)),
    ]


def test_check_ins_are_counted_by_kind(summary: Summary) -> None:
    assert counts(summary.safety.check_ins) == {"on_time": 2, "late": 1}
    assert [line.label for line in summary.safety.lines] == ["On time", "On time", "Late"]


# --------------------------------------------------------------------------------------- odd evenings


def test_an_evening_with_nobody_still_makes_a_summary(book: Notebook, sum_up: SumUp) -> None:
    summary = sum_up(new_shift(book))
    assert summary.totals.conversations == summary.totals.visits == 0
    assert summary.hotspots == ()
    assert summary.engagements.by_hour == ()


def test_a_running_shift_counts_up_to_now_and_says_so(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(
        book, ended_at=None, drafts_left=None, hotspots_assigned=list(book.hotspots.values())[:2]
    )
    spot = book.hotspots["Haymarket"]
    book.write("visit", wrote=at("14:10"), shift=shift, hotspot=spot, arrived_at=at("14:10"))
    summary = sum_up(shift, at=at("14:40"))
    assert (summary.shifts[0].status, summary.completeness.running_shifts) == ("open", 1)
    assert (summary.totals.hotspot_minutes, summary.totals.pair_minutes) == (30, 40)
    (here, other) = summary.hotspots
    assert here.still_there
    assert [one.reason for one in other.not_reached] == ["not yet"]


def test_a_visit_left_open_ends_with_the_shift_and_is_in_doubt(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    book.write(
        "visit", wrote=at("19:00"), shift=shift, hotspot=book.hotspots["Haymarket"], arrived_at=at("19:00")
    )
    summary = sum_up(shift)
    assert summary.totals.hotspot_minutes == 60
    assert summary.completeness.open_visits == 1


def test_a_cancelled_shift_is_no_shift_and_its_hotspots_were_not_delivered(
    book: Notebook, sum_up: SumUp
) -> None:
    shift = new_shift(
        book,
        started_at=None,
        ended_at=None,
        cancelled_reason="weather",
        hotspots_assigned=[book.hotspots["Haymarket"]],
    )
    summary = sum_up(shift)
    assert (summary.totals.shifts, summary.totals.pair_minutes) == (0, 0)
    assert (summary.shifts[0].status, summary.shifts[0].cancelled_reason) == ("cancelled", "Weather")
    assert [one.reason for one in summary.hotspots[0].not_reached] == ["shift cancelled"]


def test_a_worker_alone_has_person_hours_and_no_pair_hours(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(
        book,
        workers=[book.members["Jo"]],
        single_reason="sickness",
        single_allowed_by=book.members["Lee"],
        break_minutes=60,
    )
    summary = sum_up(shift)
    assert (summary.totals.pair_minutes, summary.totals.person_minutes) == (0, 300)
    assert (summary.shifts[0].single_reason, summary.shifts[0].single_allowed_by) == ("Colleague ill", "Lee")


def test_an_assigned_hotspot_without_visit_or_reason_says_that_there_is_none(
    book: Notebook, sum_up: SumUp
) -> None:
    summary = sum_up(new_shift(book, hotspots_assigned=[book.hotspots["Haymarket"]]))
    assert [(one.reason, one.shifts) for one in summary.hotspots[0].not_reached] == [("", 1)]


def test_a_shift_that_is_not_here_or_is_void_has_no_summary(book: Notebook, sum_up: SumUp) -> None:
    with pytest.raises(Trouble, match="shift-unknown"):
        sum_up("0" * 32)
    with pytest.raises(Trouble, match="shift-unknown"):
        sum_up(book.hotspots["Haymarket"])
    shift = new_shift(book)
    book.amend(shift, wrote=at("21:00"), voided="Entered twice")
    with pytest.raises(Trouble, match="shift-voided"):
        sum_up(shift)


def test_several_shifts_without_a_period_are_a_mistake(book: Notebook, sum_up: SumUp) -> None:
    with pytest.raises(ValueError, match="about one shift"):
        sum_up(new_shift(book), new_shift(book))


def test_void_records_never_count(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    meet(book, shift)
    gone = meet(book, shift)
    book.amend(gone, wrote=at("16:00"), voided="Wrong shift")
    assert sum_up(shift).totals.conversations == 1


def test_a_double_entry_whose_twin_is_void_counts_itself(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    first = meet(book, shift)
    meet(book, shift, same_as=first)
    assert sum_up(shift).totals.conversations == 1
    book.amend(first, wrote=at("16:00"), voided="Sam's entry is the better one")
    assert sum_up(shift).totals.conversations == 1


def test_names_that_have_not_arrived_are_said_to_be_unknown(book: Notebook, sum_up: SumUp) -> None:
    stranger, nowhere = book.ids(), book.ids()
    shift = new_shift(book, workers=[book.members["Jo"], stranger], hotspots_assigned=[nowhere])
    summary = sum_up(shift)
    assert summary.shifts[0].workers == ("Jo", UNKNOWN_MEMBER)
    assert summary.hotspots[0].name == UNKNOWN_HOTSPOT
    assert summary.completeness.flagged == 1


def test_a_card_that_was_merged_shows_the_code_of_the_one_that_stands(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    kept = book.write("person", wrote=at("15:00"), code="Maple-14")
    double = book.write("person", wrote=at("15:00"), code="Otter-07", duplicate_of=kept)
    book.write(
        "handover_item", wrote=at("19:00"), shift=shift, text="Ask again", about="person", person=double
    )
    assert sum_up(shift).handover[0].person == "Maple-14"


def test_cards_merged_in_a_circle_settle_on_one(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    one = book.write("person", wrote=at("15:00"), code="Maple-14")
    other = book.write("person", wrote=at("15:01"), code="Otter-07", duplicate_of=one)
    book.amend_unseen(one, wrote=at("15:02"), duplicate_of=other)
    for person in (one, other):
        book.write("handover_item", wrote=at("19:00"), shift=shift, text="Ask", about="person", person=person)
    assert {line.person for line in sum_up(shift).handover} == {"Maple-14"}


def test_times_stand_on_the_teams_clocks_in_summer_too(book: Notebook, sum_up: SumUp) -> None:
    july = datetime(2026, 7, 14, tzinfo=UTC)
    shift = new_shift(book, date="2026-07-14", started_at=at("13:00", july), ended_at=at("19:00", july))
    meet(book, shift, occurred_at=at("13:30", july))
    summary = sum_up(shift, at=at("20:00", july))
    assert f"{summary.shifts[0].started_at:%H:%M}" == "14:00"
    assert summary.engagements.by_hour[0].hour == 14


def test_a_shift_past_midnight_keeps_its_day(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book, started_at=at("20:00"), ended_at=at("01:30") + timedelta(days=1))
    summary = sum_up(shift)
    assert (summary.since, summary.until) == (date(2026, 11, 24), date(2026, 11, 24))
    assert summary.totals.pair_minutes == 330


def test_hours_after_midnight_come_after_the_evening(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book, started_at=at("20:00"), ended_at=at("01:30") + timedelta(days=1))
    for moment in (at("23:10"), at("01:20") + timedelta(days=1)):
        meet(book, shift, occurred_at=moment)
    found = [(line.hour, line.conversations) for line in sum_up(shift).engagements.by_hour]
    assert found == [(23, 1), (0, 0), (1, 1)]


# --------------------------------------------------------------------------------------- completeness


def test_late_entries_are_told_apart_by_a_day_and_by_approval(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    book.write(
        "engagement",
        wrote=at("15:01") + timedelta(days=1),
        shift=shift,
        occurred_at=at("15:00"),
        headcount=1,
        depth=1,
    )
    on_time = meet(book, shift, "16:00")
    assert sum_up(shift, at=DAY + timedelta(days=3)).completeness.late_entries == 1
    approved = at("09:00") + timedelta(days=1)
    book.amend(shift, wrote=approved, by="Lee", approved_by=book.members["Lee"], approved_at=approved)
    assert sum_up(shift, at=DAY + timedelta(days=3)).completeness.late_entries == 1
    book.amend(on_time, wrote=at("10:00") + timedelta(days=1), headcount=3)
    assert sum_up(shift, at=DAY + timedelta(days=3)).completeness.late_entries == 2


def test_two_answers_to_one_question_are_in_doubt_until_settled(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    met = meet(book, shift)
    book.amend_unseen(met, wrote=at("16:00"), by="Sam", headcount=5)
    summary = sum_up(shift)
    assert (summary.completeness.conflicts, summary.totals.young_people) == (1, 5)
    book.amend(met, wrote=at("17:00"), headcount=4)
    summary = sum_up(shift)
    assert (summary.completeness.conflicts, summary.totals.young_people) == (0, 4)


def test_a_time_outside_the_shift_is_flagged_and_counts(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    meet(book, shift, "21:00")
    summary = sum_up(shift)
    assert (summary.completeness.flagged, summary.totals.conversations) == (1, 1)


def test_what_its_field_cannot_hold_reads_as_unanswered_and_is_flagged(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    met = meet(book, shift)
    book.amend(met, wrote=at("16:00"), headcount="many", depth="deep")
    summary = sum_up(shift)
    assert (summary.totals.conversations, summary.totals.young_people) == (0, 0)
    assert summary.completeness.flagged == 1
    assert [line.label for line in summary.engagements.depths if line.engagements] == ["Not recorded"]


def test_a_shift_whose_times_make_no_sense_is_flagged_and_stops_nothing(
    book: Notebook, sum_up: SumUp
) -> None:
    shift = new_shift(book)
    meet(book, shift)
    book.amend(shift, wrote=at("21:00"), started_at="at two")
    summary = sum_up(shift)
    assert (summary.completeness.flagged, summary.totals.conversations) == (1, 1)


def test_a_referral_step_out_of_order_is_flagged(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    referral = book.write(
        "referral",
        wrote=at("15:00"),
        kind_of="signpost",
        opened_at=at("15:00"),
        service_type="housing",
        anonymous=True,
        shift=shift,
    )
    book.write("referral_event", wrote=at("15:05"), referral=referral, at=at("15:05"), to="completed")
    assert sum_up(shift).completeness.flagged == 1


def test_what_is_on_its_way_is_stated_or_said_to_be_unknown(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    assert sum_up(shift, arrivals=None).completeness.arrivals is None
    known = Arrivals(waiting=3, missing=2, parked=1)
    assert sum_up(shift, arrivals=known).completeness.arrivals == known


# -------------------------------------------------------------------------------------------- referrals


def test_a_referral_opened_from_an_engagement_belongs_to_its_shift(book: Notebook, sum_up: SumUp) -> None:
    shift, other = new_shift(book), new_shift(book)
    met = meet(book, shift)
    book.write(
        "referral",
        wrote=at("15:00"),
        kind_of="supported",
        opened_at=at("15:00"),
        service_type="housing",
        anonymous=True,
        engagement=met,
    )
    assert sum_up(shift).totals.supported == 1
    assert sum_up(other).totals.supported == 0


def test_a_referral_without_a_shift_counts_in_the_period_of_its_day(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    book.write(
        "referral",
        wrote=at("15:00"),
        kind_of="signpost",
        opened_at=at("23:30"),
        service_type="housing",
        anonymous=True,
    )
    assert sum_up(shift).totals.signposts == 0
    assert sum_up(shift, period=WEEK).totals.signposts == 1
    earlier = Period(date(2026, 11, 16), date(2026, 11, 22))
    assert sum_up(period=earlier).totals.signposts == 0


def test_a_full_referral_that_was_not_sent_is_opened_and_not_counted(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    referral = book.write(
        "referral",
        wrote=at("15:00"),
        kind_of="full",
        opened_at=at("15:00"),
        service_type="housing",
        anonymous=True,
        override="Asked for it",
        shift=shift,
    )
    full = sum_up(shift).referrals.by_kind[2]
    assert (full.code, full.opened, full.sent, full.counted) == ("full", 1, 0, 0)
    book.write("referral_event", wrote=at("15:01"), referral=referral, at=at("15:01"), to="entered_in_error")
    assert sum_up(shift).referrals.by_kind[2].opened == 0


def test_a_declined_referral_says_so_beside_those_taken_up(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    referral = book.write(
        "referral",
        wrote=at("15:00"),
        kind_of="signpost",
        opened_at=at("15:00"),
        service_type="housing",
        anonymous=True,
        shift=shift,
    )
    for to, clock in (("offered", "15:01"), ("declined", "15:02")):
        book.write("referral_event", wrote=at(clock), referral=referral, at=at(clock), to=to)
    summary = sum_up(shift)
    assert [(one.label, one.count) for one in summary.referrals.not_taken] == [("Declined by the person", 1)]
    assert summary.referrals.due == ()


def test_news_before_the_last_shifts_end_is_old(book: Notebook, sum_up: SumUp) -> None:
    yesterday = at("20:00") - timedelta(days=1)
    book.write(
        "shift",
        wrote=yesterday,
        date="2026-11-23",
        workers=[book.members["Jo"], book.members["Lee"]],
        started_at=yesterday - timedelta(hours=6),
        ended_at=yesterday,
    )
    shift = new_shift(book)
    referral = book.write(
        "referral",
        wrote=yesterday - timedelta(days=3),
        kind_of="full",
        opened_at=yesterday - timedelta(days=3),
        service_type="housing",
        anonymous=True,
        override="Asked for it",
    )
    for to, moment in (
        ("ready", yesterday - timedelta(days=2)),
        ("sent", yesterday - timedelta(days=2)),
        ("received", yesterday - timedelta(hours=1)),
        ("accepted", yesterday + timedelta(hours=12)),
        ("completed", at("20:01")),
    ):
        book.write("referral_event", wrote=moment, referral=referral, at=moment, to=to)
    summary = sum_up(shift)
    assert summary.referrals.moves_since == yesterday
    assert [move.status for move in summary.referrals.moves] == ["Accepted"]


# ---------------------------------------------------------------------------------------------- periods


def test_a_period_of_one_shift_has_the_totals_of_the_shift(book: Notebook, shift: str, sum_up: SumUp) -> None:
    week = sum_up(*shifts_between(book.records, WEEK), period=WEEK)
    assert week.totals == sum_up(shift).totals
    assert (week.scope, week.since, week.until) == ("period", *WEEK)


def test_the_shifts_of_a_period_add_up_to_its_totals(book: Notebook, sum_up: SumUp) -> None:
    first, second = evening(book), evening(book)
    later = new_shift(book, date="2026-11-26", started_at=at("14:00") + timedelta(days=2), ended_at=None)
    meet(book, later)
    new_shift(book, date="2026-12-01")
    ids = shifts_between(book.records, WEEK)
    assert set(ids) == {first, second, later}
    week = sum_up(*ids, period=WEEK, at=DAY + timedelta(days=4))
    for name in (
        "conversations",
        "young_people",
        "visits",
        "hotspot_minutes",
        "pair_minutes",
        "person_minutes",
    ):
        of_shifts = sum(getattr(line, name) for line in week.shifts)
        assert of_shifts == getattr(week.totals, name)
        if name not in ("visits", "person_minutes"):
            assert sum(getattr(line, name) for line in week.weekdays) == of_shifts
    assert [(line.weekday, line.shifts) for line in week.weekdays] == [("Tuesday", 2), ("Thursday", 1)]
    assert week.hotspots[0].assigned == 2
    assert [(one.reason, one.shifts) for one in week.hotspots[-1].not_reached] == [("No time", 2)]


def test_a_double_entry_across_two_pairs_counts_once_in_a_period(book: Notebook, sum_up: SumUp) -> None:
    first, second = new_shift(book), new_shift(book)
    met = meet(book, first)
    meet(book, second, same_as=met)
    assert sum_up(first, second, period=WEEK).totals.conversations == 1
    assert sum_up(second).totals.conversations == 1


def test_a_shift_given_twice_counts_once(book: Notebook, shift: str, sum_up: SumUp) -> None:
    assert sum_up(shift, shift, period=WEEK).totals.conversations == 11


def test_a_period_without_shifts_is_all_zeros(book: Notebook, sum_up: SumUp) -> None:
    summary = sum_up(period=WEEK)
    totals = summary.totals
    assert {getattr(totals, name) for name in totals.__struct_fields__} == {0}
    assert (summary.shifts, summary.hotspots, summary.trail.records) == ((), (), 0)


@pytest.mark.parametrize("place", ["Asia/Tokyo", "America/New_York"])
def test_a_period_may_be_the_whole_calendar(book: Notebook, sum_up: SumUp, place: str) -> None:
    period = Period(date.min, date.max)
    told = sum_up(*shifts_between(book.records, period), period=period, zone=ZoneInfo(place))
    assert (told.since, told.until) == period
    assert msgspec.json.encode(told)


def test_a_period_that_ends_before_it_begins_is_refused(book: Notebook) -> None:
    with pytest.raises(Trouble, match="period-backwards") as caught:
        shifts_between(book.records, Period(date(2026, 11, 29), date(2026, 11, 23)))
    assert caught.value.facts == {"since": "2026-11-29", "until": "2026-11-23"}


# ------------------------------------------------------------------------------------------------ trail


def test_the_fingerprint_is_of_the_records_and_of_nothing_else(
    book: Notebook, shift: str, sum_up: SumUp
) -> None:
    before = sum_up(shift).trail
    again = sum_up(shift, at=DAY + timedelta(days=2), made_by="Sam", arrivals=None).trail
    assert (again.fingerprint, again.records) == (before.fingerprint, before.records)
    meet(book, new_shift(book, date="2026-11-25"))
    assert sum_up(shift).trail.fingerprint == before.fingerprint
    met = meet(book, shift)
    after = sum_up(shift).trail
    assert (after.records, after.fingerprint != before.fingerprint) == (before.records + 1, True)
    book.amend(met, wrote=at("16:00"), headcount=7)
    assert sum_up(shift).trail.fingerprint != after.fingerprint


def test_two_laptops_with_the_same_records_make_the_same_summary(
    book: Notebook, shift: str, sum_up: SumUp, tmp_path: Any
) -> None:
    from outreach_app.store import oplog
    from outreach_app.store.database import create
    from outreach_app.store.operations import by_record
    from outreach_app.store.views import Records

    other = create(tmp_path / "other.db", b"o" * 32)
    ops = [held for held_of_record in by_record(book.database) for held in held_of_record]
    for held in reversed(ops):
        oplog.add_own(other, [held])
    here = sum_up(shift)
    there = compute(
        Records(other),
        [shift],
        at=here.trail.made_at,
        zone=ZoneInfo("Europe/London"),
        made_by="Lee",
        arrivals=Arrivals(waiting=0, missing=0, parked=0),
    )
    other.close()
    assert there == here


def test_the_trail_names_who_wrote_approved_and_asked(book: Notebook, shift: str, sum_up: SumUp) -> None:
    approved = at("08:00") + timedelta(days=1)
    book.amend(shift, wrote=approved, by="Lee", approved_by=book.members["Lee"], approved_at=approved)
    trail = sum_up(shift, version=3).trail
    assert (trail.authors, trail.approvers, trail.made_by, trail.version) == (("Jo",), ("Lee",), "Lee", 3)
    assert (trail.edition, trail.reader, trail.time_zone) == ("Team edition", "Team leader", "Europe/London")
    assert trail.newest_at == approved


def test_notes_of_engagements_never_reach_the_summary(book: Notebook, sum_up: SumUp) -> None:
    import msgspec

    shift = new_shift(book)
    meet(
        book,
        shift,
        note="zebra-marked-note",
        recorded_outcome=[
            {"start_point": "zebra-start", "what_happened": "zebra-middle", "gain": "zebra-gain"}
        ],
    )
    book.write(
        "visit",
        wrote=at("15:00"),
        shift=shift,
        hotspot=book.hotspots["Haymarket"],
        arrived_at=at("15:00"),
        left_at=at("15:20"),
        note="zebra-visit",
    )
    summary = sum_up(shift)
    assert summary.totals.recorded_outcomes == 1
    assert b"zebra" not in msgspec.json.encode(summary)
