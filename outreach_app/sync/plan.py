"""What a round decides, apart from doing it: pure, so that a thousand histories are one test.

`cut` says how many waiting operations the next batch takes. `follow` checks that what the server
shows goes on from what this laptop has seen. `rebase` says where to stand after a restored server.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from outreach_app.domain.trouble import Trouble
from outreach_app.wire import limits
from outreach_app.wire.receipt import HistoryChange, Receipt, first_head, next_head

_ENVELOPE_BYTES = 2048
"""Room for header, ids of the batch itself and padding beside the operations."""

_ID_BYTES = 67
"""An operation's id in the content: 64 digits, two quotes, a comma."""


class Place(NamedTuple):
    """Where a reader stands in a stream: the server's history, how far, and the head there."""

    history: bytes
    team_seq: int
    head: bytes


class Rebased(NamedTuple):
    """The place after a restore, and the last number that both histories share."""

    place: Place
    shared_until: int


def start(stream: bytes, history: bytes) -> Place:
    """The place before the first batch."""
    return Place(history, 0, first_head(stream))


def cut(sizes: Sequence[int]) -> int:
    """How many of the oldest operations, of these sizes in bytes, go into the next batch.

    Up to 100 operations and, before compression, 256 KiB; at least one, since a save refuses an
    operation that would not fit alone.
    """
    taken, total = 0, _ENVELOPE_BYTES
    for size in sizes[: limits.BATCH_OPS]:
        total += size + 1 + _ID_BYTES
        if taken and total > limits.BATCH:
            break
        taken += 1
    return taken


def follow(stream: bytes, place: Place, receipts: Sequence[Receipt]) -> Place:
    """The place after these deliveries, by their verified receipts, which must go on from `place`.

    One head vouches for all before it, so a server that shows two laptops two pasts is found out
    here. Raises Trouble `server-forked` and believes nothing of the page.
    """
    for receipt in receipts:
        seq = place.team_seq + 1
        head = next_head(place.head, seq, receipt.batch)
        said = (receipt.stream, receipt.history, receipt.team_seq, receipt.head)
        if said != (stream, place.history, seq, head):
            raise Trouble("server-forked", stream=stream.hex(), number=seq)
        place = Place(place.history, seq, head)
    return place


def step_back(place: Place, change: HistoryChange) -> Place:
    """The same place in the history before a restore that this reader has been through already.

    Not beyond what both histories share: what came after that restore, the older history never held.
    """
    if change.team_seq < place.team_seq:
        return Place(change.old, change.team_seq, change.head)
    return Place(change.old, place.team_seq, place.head)


def rebase(place: Place, changes: Sequence[HistoryChange], stream: bytes) -> Rebased:
    """Where to stand after the restores that lead from my history to the newest.

    `changes` are verified statements in any order. What lies beyond the last number both histories
    share must be offered to the server again. Raises Trouble `server-forked` when no chain of them
    starts at my history, or when one contradicts the head I have seen.
    """
    by_old = {change.old: change for change in changes if change.stream == stream}
    here, shared, head = place.history, place.team_seq, place.head
    while (change := by_old.pop(here, None)) is not None:
        if change.team_seq == shared and change.head != head:
            raise Trouble("server-forked", stream=stream.hex(), number=shared)
        if change.team_seq < shared:
            shared, head = change.team_seq, change.head
        here = change.new
    if here == place.history:
        raise Trouble("server-forked", stream=stream.hex(), number=place.team_seq)
    return Rebased(Place(here, shared, head), shared)
