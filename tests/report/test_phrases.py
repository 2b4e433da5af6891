"""Plain English: numbers with their nouns, days and times as people say them."""

from __future__ import annotations

import locale
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.report import phrases


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 visits"), (1, "1 visit"), (2, "2 visits"), (1204, "1,204 visits")]
)
def test_a_number_agrees_with_its_noun(number: int, words: str) -> None:
    assert phrases.count(number, "visit") == words


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert phrases.count(1, "young person", "young people") == "1 young person"
    assert phrases.count(3, "young person", "young people") == "3 young people"


@pytest.mark.parametrize(
    ("parts", "words"),
    [((), ""), (("A",), "A"), (("A", "B"), "A and B"), (("A", "B", "C"), "A, B and C")],
)
def test_a_list_reads_as_a_sentence_does(parts: tuple[str, ...], words: str) -> None:
    assert phrases.listed(parts) == words


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), "Tuesday 24 November 2026"),
        (date(2026, 11, 16), date(2026, 11, 22), "16–22 November 2026"),
        (date(2026, 10, 26), date(2026, 11, 1), "26 October – 1 November 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 – 3 January 2027"),
    ],
)
def test_a_period_does_not_repeat_itself(since: date, until: date, words: str) -> None:
    assert phrases.span(since, until) == words


def test_days_are_english_whatever_the_computer_speaks() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in locale.locale_alias.values():
            if name.lower().startswith(("de_", "fr_")):
                try:
                    locale.setlocale(locale.LC_TIME, name)
                    break
                except locale.Error:
                    continue
        assert phrases.long_day(date(2026, 3, 1)) == "Sunday 1 March 2026"
        assert phrases.stamp(datetime(2026, 11, 25, 8, 41, tzinfo=UTC)) == "Wed 25 Nov 2026, 08:41"
    finally:
        locale.setlocale(locale.LC_TIME, before)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h"), (342, "5 h 42 min"), (60_000, "1,000 h")],
)
def test_minutes_read_as_hours(minutes: int, words: str) -> None:
    assert phrases.hours(minutes) == words


def test_a_time_on_another_day_says_which() -> None:
    moment = datetime(2026, 11, 25, 0, 10, tzinfo=UTC)
    assert phrases.clock(moment, date(2026, 11, 24)) == "00:10 (Wed 25 Nov)"
    assert phrases.clock(moment, date(2026, 11, 25)) == phrases.clock(moment) == "00:10"
    assert phrases.clock(None) == ""


def test_a_sentence_ends_once() -> None:
    assert phrases.sentence("two drafts") == "Two drafts."
    assert phrases.sentence("Really?") == "Really?"


def test_text_cannot_turn_a_page_around() -> None:
    assert phrases.plain("a\u202eb\u2066c\x07d\te\r\nf\u2028g ") == "abcd e\nf\ng"
    assert phrases.plain("مرحبا, 24") == "مرحبا, 24"
    assert phrases.one_line(" two\n lines ") == "two lines"


@given(st.text())
def test_a_word_that_may_break_still_says_the_same(text: str) -> None:
    broken = phrases.breakable(text)
    assert broken.replace("\u200b", "") == text.replace("\u200b", "")
    assert all(len(piece) <= 24 for word in broken.split() for piece in word.split("\u200b"))
