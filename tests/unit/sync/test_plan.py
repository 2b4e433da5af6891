"""Deciding without doing: batches cut to size, chains followed, a restored server met."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.domain.trouble import Trouble
from outreach_app.sync.plan import Place, cut, follow, rebase, start, step_back
from outreach_app.wire import limits
from outreach_app.wire.receipt import HistoryChange, Receipt, first_head, next_head

STREAM, HISTORY, NEWER, NEWEST = (bytes([number]) * 16 for number in range(1, 5))


def batch(number: int) -> bytes:
    return bytes([number]) * 32


def receipts(*batches: bytes, place: Place | None = None) -> list[Receipt]:
    place = place or start(STREAM, HISTORY)
    made, head = [], place.head
    for seq, one in enumerate(batches, place.team_seq + 1):
        head = next_head(head, seq, one)
        made.append(Receipt(one, STREAM, place.history, seq, head))
    return made


def test_following_a_page_ends_where_its_last_receipt_says() -> None:
    page = receipts(batch(1), batch(2), batch(3))
    place = follow(STREAM, start(STREAM, HISTORY), page)
    assert place == Place(HISTORY, 3, page[-1].head)
    more = receipts(batch(4), place=place)
    assert follow(STREAM, place, more).team_seq == 4


@pytest.mark.parametrize(
    "change",
    [
        {"team_seq": 9},
        {"head": bytes(32)},
        {"history": NEWER},
        {"stream": bytes(16)},
        {"batch": bytes(32)},
    ],
)
def test_a_receipt_that_does_not_go_on_from_what_was_seen_is_a_fork(change: dict) -> None:
    good = receipts(batch(1), batch(2))
    said = {name: getattr(good[1], name) for name in Receipt.__dataclass_fields__}
    with pytest.raises(Trouble) as caught:
        follow(STREAM, start(STREAM, HISTORY), [good[0], Receipt(**{**said, **change})])
    assert caught.value.code == "server-forked"


def test_a_server_that_leaves_a_batch_out_is_found_out() -> None:
    page = receipts(batch(1), batch(2), batch(3))
    with pytest.raises(Trouble):
        follow(STREAM, start(STREAM, HISTORY), [page[0], page[2]])


@given(st.lists(st.integers(1, limits.OP), max_size=300))
def test_a_batch_is_within_its_limits_and_never_empty_while_something_waits(sizes: list[int]) -> None:
    taken = cut(sizes)
    assert taken <= limits.BATCH_OPS
    assert (taken == 0) == (not sizes)
    if taken > 1:
        assert sum(sizes[:taken]) < limits.BATCH


def change(old: bytes, new: bytes, seq: int, head: bytes) -> HistoryChange:
    return HistoryChange(STREAM, old, new, seq, head)


def test_after_one_restore_the_reader_stands_where_both_histories_agree() -> None:
    page = receipts(batch(1), batch(2), batch(3))
    here = Place(HISTORY, 3, page[2].head)
    back = rebase(here, [change(HISTORY, NEWER, 1, page[0].head)], STREAM)
    assert back.place == Place(NEWER, 1, page[0].head)
    assert back.shared_until == 1


def test_after_a_restore_that_lost_nothing_of_mine_the_reader_stands_where_it_stood() -> None:
    page = receipts(batch(1), batch(2), batch(3))
    here = Place(HISTORY, 2, page[1].head)
    back = rebase(here, [change(HISTORY, NEWER, 3, page[2].head)], STREAM)
    assert back.place == Place(NEWER, 2, page[1].head)
    assert back.shared_until == 2


def test_two_restores_in_a_row_are_met_in_any_order() -> None:
    page = receipts(batch(1), batch(2), batch(3))
    here = Place(HISTORY, 3, page[2].head)
    steps = [change(HISTORY, NEWER, 2, page[1].head), change(NEWER, NEWEST, 1, page[0].head)]
    for order in (steps, steps[::-1]):
        assert rebase(here, order, STREAM).place == Place(NEWEST, 1, page[0].head)


def test_stepping_back_through_a_restore_goes_no_further_than_what_both_held() -> None:
    page = receipts(batch(1), batch(2))
    restored = change(HISTORY, NEWER, 1, page[0].head)
    beyond = Place(NEWER, 5, bytes(32))
    assert step_back(beyond, restored) == Place(HISTORY, 1, page[0].head)
    before = Place(NEWER, 0, first_head(STREAM))
    assert step_back(before, restored) == Place(HISTORY, 0, first_head(STREAM))


def test_a_statement_that_contradicts_the_head_i_saw_is_a_fork() -> None:
    page = receipts(batch(1), batch(2))
    here = Place(HISTORY, 2, page[1].head)
    with pytest.raises(Trouble) as caught:
        rebase(here, [change(HISTORY, NEWER, 2, bytes(32))], STREAM)
    assert caught.value.code == "server-forked"


def test_without_a_statement_for_my_history_nothing_is_believed() -> None:
    here = Place(HISTORY, 0, first_head(STREAM))
    for changes in ([], [change(NEWER, NEWEST, 0, first_head(STREAM))]):
        with pytest.raises(Trouble):
            rebase(here, changes, STREAM)
    foreign = HistoryChange(bytes(16), HISTORY, NEWER, 0, first_head(STREAM))
    with pytest.raises(Trouble):
        rebase(here, [foreign], STREAM)
