"""Records in: pages after the cursor, each batch judged by roster and keys, one transaction a page.

A batch or an operation that cannot be believed is parked with its reason, and the rest goes on. What
the server shows must continue what was seen (`plan.follow`); a restored server is met by `plan.rebase`.
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach_app.domain.operation import op_id
from outreach_app.domain.trouble import Trouble
from outreach_app.keys.roster_book import Counting, counts, reads_from
from outreach_app.store import batches
from outreach_app.store.batches import Cursor, ParkedOp, ReceivedBatch, Status
from outreach_app.store.database import Database
from outreach_app.store.oplog import Changed
from outreach_app.store.views import Records
from outreach_app.sync import content, intake, kept, outgoing, plan
from outreach_app.sync.line import STREAMS, Line, give_back_roster
from outreach_app.sync.post import Answered, ours
from outreach_app.wire import batch as wire_batch
from outreach_app.wire import limits, paths
from outreach_app.wire.batch import Delivery, SignedHeader, hash_batch, open_body, read_header
from outreach_app.wire.problems import Forged, Malformed, Refused
from outreach_app.wire.receipt import HistoryChange, Receipt, read_change
from outreach_app.wire.roster import Stream

_UNREAD = frozenset(("body-missing", "body-damaged", "signature-wrong"))
"""Reasons that a good copy from the server heals."""

_UNOPENED = frozenset(("key-missing", "roster-unknown"))
"""Reasons that a newer roster heals, without the server."""

_RESTORED = frozenset(("history-changed", "cursor-ahead"))
"""Answers of a server that came back from a backup."""

_MOST_HEALED = 50


def read_all(line: Line, *, has_new_keys: bool) -> int:
    """Read every stream to its end; how many batches came. Parked ones are tried again first."""
    read = 0
    for name in STREAMS:
        stream = line.stream(name)
        if stream is not None:
            _heal(line, name, stream, has_new_keys=has_new_keys)
            read += _read_stream(line, name, stream)
    _settle_late(line)
    return read


def _read_stream(line: Line, name: str, stream: Stream) -> int:
    read = 0
    for _ in range(4):
        try:
            while count := _read_page(line, name, stream):
                read += count
            return read
        except Answered as answered:
            if answered.report.code not in _RESTORED:
                raise
            _meet_restored_server(line, name, stream, answered.report.attached.get("changes", ()))
    raise Trouble("server-forked", stream=name)


def _read_page(line: Line, name: str, stream: Stream) -> int:
    """Fetch, check, judge and apply one page; the cursor moves in the same transaction."""
    line.laptop.go_on()
    cursor = line.ask(lambda db: batches.cursor(db, name))
    deliveries = _fetch(line, stream, cursor.team_seq, cursor.history)
    if not deliveries:
        return 0
    receipts = [outgoing.checked_receipt(line, delivery.receipt) for delivery in deliveries]
    history = cursor.history
    if history is None:
        place = plan.start(stream.id, receipts[0].history)
    else:
        place = plan.Place(history, cursor.team_seq, cursor.head)
    place = plan.follow(stream.id, place, receipts)
    own = line.ask(
        lambda db: batches.held_ids(db, [receipt.batch for receipt in receipts]),
    )
    received = _judge_all(line, stream, list(zip(deliveries, receipts, strict=True)), own)
    after = Cursor(history=place.history, team_seq=place.team_seq, head=place.head)
    line.note(line.ask(lambda db: batches.apply_page(db, name, received, after)))
    return len(received)


def _fetch(
    line: Line, stream: Stream, after: int, history: bytes | None, limit: int = 0
) -> tuple[Delivery, ...]:
    query: dict[str, str | int] = {"after": after, "limit": limit or limits.PAGE_BATCHES}
    if history is not None:
        query["history"] = history.hex()
    raw = line.post.get(paths.fill(paths.BATCHES, stream=stream.id), limits.PAGE_HARD, query)
    return ours(wire_batch.read_page, raw)


# ------------------------------------------------------------------------------------------- judging


def _judge_all(
    line: Line, stream: Stream, page: Sequence[tuple[Delivery, Receipt]], held: set[bytes]
) -> list[ReceivedBatch]:
    """Judge a page in order; each batch is held against the roster that the one it follows has named.

    The one it follows, not the one that came before: a restored server may hold a chain out of order.
    """
    rosters: dict[bytes, bytes] = {}
    received = []
    for delivery, receipt in page:
        signed = _read_header(delivery.header, receipt.batch)
        before = None
        if signed is not None:
            before = rosters.get(signed.preamble.prev) or _roster_before(line, signed)
            rosters[receipt.batch] = signed.preamble.roster
        received.append(
            _judge(line, stream, delivery, receipt, signed, before, is_held=receipt.batch in held)
        )
    return received


def _read_header(raw: bytes, batch_id: bytes) -> SignedHeader | None:
    """The header, unless it was changed on the server's disk."""
    if hash_batch(raw) != batch_id:
        return None
    try:
        return read_header(raw)
    except Malformed:
        return None


def _roster_before(line: Line, signed: SignedHeader) -> bytes | None:
    """The roster named by the same device's batch before this one, if it is here."""
    if signed.preamble.seq == 1:
        return None
    before = line.ask(lambda db: batches.sealed(db, signed.preamble.prev))
    return read_header(before.header).preamble.roster if before is not None and before.header else None


def _judge(
    line: Line,
    stream: Stream,
    delivery: Delivery,
    receipt: Receipt,
    signed: SignedHeader | None,
    before: bytes | None,
    *,
    is_held: bool,
) -> ReceivedBatch:
    """What becomes of one delivery: merged, kept aside, or parked with the reason."""
    head = None if signed is None else signed.preamble

    def shelved(
        *,
        status: Status = "counts",
        believed: intake.Believed | None = None,
        reason: str | None = None,
    ) -> ReceivedBatch:
        return ReceivedBatch(
            id=receipt.batch,
            device=head.device if head else batches.UNKNOWN_DEVICE,
            seq=head.seq if head else receipt.team_seq,
            prev=head.prev if head else wire_batch.NOTHING_BEFORE,
            team_seq=receipt.team_seq,
            history=receipt.history,
            header=delivery.header if head else b"",
            body=delivery.body if head else None,
            receipt=delivery.receipt,
            status=status,
            is_own=head is not None and head.device == line.device,
            ops=believed.ops if believed else (),
            parked=tuple(
                ParkedOp(id=op_id(refusal.raw), reason=refusal.reason, raw=refusal.raw)
                for refusal in (believed.refused if believed else ())
            ),
            reason=reason,
        )

    if signed is None or head is None:
        return shelved(reason="signature-wrong")
    if is_held and head.device == line.device:
        return shelved()
    verdict = counts(line.roster, signed, before)
    if verdict.author is None:
        return shelved(reason=verdict.reason)
    try:
        signed.verify(verdict.author.sign_public)
    except Forged:
        return shelved(reason="signature-wrong")
    if verdict.counting is Counting.REFUSED:
        return shelved(reason=verdict.reason)
    if delivery.body is None or not signed.matches(delivery.body):
        return shelved(reason="body-missing" if delivery.body is None else "body-damaged")
    status: Status = "late" if verdict.counting is Counting.LATE else "counts"
    first = reads_from(line.roster, line.device, stream.id)
    if first is not None and head.epoch < first:
        return shelved(status="before_you")
    key = line.keys.get((stream.id, head.epoch))
    if key is None:
        return shelved(reason="key-missing")
    try:
        plain = content.read(open_body(key, head, delivery.body), head.ops)
    except Refused as refused:
        return shelved(reason="key-wrong" if isinstance(refused, Forged) else "operation-malformed")
    believed = intake.believe(
        plain.raws, member=verdict.author.member.hex(), role=verdict.author.role.value, stream=stream.name
    )
    return shelved(status=status, believed=believed)


# ------------------------------------------------------------------------------------------- healing


def _heal(line: Line, name: str, stream: Stream, *, has_new_keys: bool) -> None:
    """Try parked batches again: damaged ones from the server, unopened ones after a newer roster."""
    waiting = [
        (one.batch, one.reason)
        for one in line.ask(batches.parked)
        if one.op is None and one.batch is not None and one.stream == name
    ]
    for batch_id, reason in [one for one in waiting if one[1] in _UNREAD | _UNOPENED][:_MOST_HEALED]:
        stored = line.ask(lambda db, batch_id=batch_id: batches.sealed(db, batch_id))  # type: ignore[misc]
        if stored is None or stored.team_seq is None:
            continue
        if reason in _UNREAD or stored.receipt is None:
            _fetch_again(line, name, stream, batch_id, stored.team_seq)
        elif has_new_keys:
            again = Delivery(stored.team_seq, stored.header, stored.body, stored.receipt)
            receipt = outgoing.checked_receipt(line, stored.receipt)
            judged = _judge_all(line, stream, [(again, receipt)], set())
            line.note(line.ask(lambda db, judged=judged: batches.unpark(db, name, judged)))  # type: ignore[misc]


def _fetch_again(line: Line, name: str, stream: Stream, batch_id: bytes, team_seq: int) -> None:
    """Ask for one batch once more; a server that was restored since is met when the stream is read."""
    cursor = line.ask(lambda db: batches.cursor(db, name))
    try:
        deliveries = _fetch(line, stream, team_seq - 1, cursor.history, limit=1)
    except Answered as answered:
        if answered.report.code not in _RESTORED:
            raise
        return
    receipts = [outgoing.checked_receipt(line, delivery.receipt) for delivery in deliveries]
    judged = _judge_all(line, stream, list(zip(deliveries, receipts, strict=True)), set())
    healed = [one for one in judged if one.id == batch_id and one.reason not in _UNREAD]
    if healed:
        line.note(line.ask(lambda db: batches.unpark(db, name, healed)))


def _settle_late(line: Line) -> None:
    """Bring the late lane up to what roster and acceptances say now, whichever of them came first."""
    pins = [
        (pin, stream.name)
        for pin in line.roster.entry.pins
        if (stream := line.roster.entry.stream(pin.stream)) is not None
    ]
    if not pins:
        return

    def settle(db: Database) -> Changed:
        accepted = {
            bytes.fromhex(one)
            for acceptance in Records(db).find("acceptance")
            for one in acceptance.get("batches") or ()
        }
        late: list[bytes] = []
        counting: list[bytes] = []
        for pin, name in pins:
            for stored in batches.beyond(db, name, pin.device, pin.seq):
                verdict = counts(line.roster, read_header(stored.header))
                if verdict.counting is Counting.LATE:
                    (counting if stored.id in accepted else late).append(stored.id)
        with db.atomic():
            first = batches.rejudge(db, late, "late")
            second = batches.rejudge(db, counting, "counts")
        return Changed(first.kinds | second.kinds, first.ids | second.ids)

    line.note(line.ask(settle))


# ------------------------------------------------------------------------------- a restored server


def _meet_restored_server(line: Line, name: str, stream: Stream, raws: Sequence[bytes]) -> None:
    """The server came back from a backup: believe its signed statement, give back what it lost.

    Receipts of the old history lapse to "saved here" until they are confirmed again; nothing is
    deleted. First the roster, then everybody's batches beyond what both histories share.
    """
    cursor = line.ask(lambda db: batches.cursor(db, name))
    if cursor.history is None:
        raise Trouble("server-forked", stream=name)
    place = plan.Place(cursor.history, cursor.team_seq, cursor.head)
    if not raws:
        place, raws = _step_back(line, stream, place)
    changes = [_checked_change(line, raw) for raw in raws]
    rebased = plan.rebase(place, changes, stream.id)
    old = {cursor.history, *(change.old for change in changes if change.stream == stream.id)}

    def stand_anew(db: Database) -> None:
        with db.atomic():
            kept.keep_restores(db, raws)
            for history in old:
                batches.forget_receipts(db, history, rebased.shared_until)
            there = Cursor(
                history=rebased.place.history, team_seq=rebased.place.team_seq, head=rebased.place.head
            )
            batches.apply_page(db, name, [], there)

    give_back_roster(line)
    after = rebased.shared_until
    while lost := line.ask(lambda db, after=after: batches.batches_after(db, name, after)):  # type: ignore[misc]
        for stored in lost:
            outgoing.offer(line, stored)
            after = max(after, stored.team_seq or after)
    line.ask(stand_anew)
    outgoing.send_all(line)


def _step_back(line: Line, stream: Stream, place: plan.Place) -> tuple[plan.Place, Sequence[bytes]]:
    """The server came from a backup older than the last restore and has never heard of my history.

    This laptop has kept what that restore said, so it can go back through it and ask from there. Raises
    Trouble `server-forked` where no statement of mine leads to a history the server knows.
    """
    known = [_checked_change(line, raw) for raw in line.ask(kept.restores)]
    by_new = {change.new: change for change in known if change.stream == stream.id}
    while (change := by_new.pop(place.history, None)) is not None:
        place = plan.step_back(place, change)
        try:
            _fetch(line, stream, place.team_seq, place.history, limit=1)
        except Answered as answered:
            if answered.report.code != "history-changed":
                raise
            if statements := answered.report.attached.get("changes", ()):
                return place, statements
    raise Trouble("server-forked", stream=stream.name)


def _checked_change(line: Line, raw: bytes) -> HistoryChange:
    try:
        return read_change(raw, line.receipt_key)
    except Refused:
        raise Trouble("receipt-wrong") from None
