"""Records out: sealed once, stored, then sent as they are until a signed receipt comes back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from outreach_app.domain.operation import Held
from outreach_app.domain.trouble import Trouble
from outreach_app.keys.roster_book import newest_epoch
from outreach_app.store import batches
from outreach_app.store.batches import NOTHING_BEFORE, SealedBatch, Stored
from outreach_app.store.database import Database
from outreach_app.store.oplog import Changed
from outreach_app.sync import content, plan
from outreach_app.sync.line import STREAMS, Line, together
from outreach_app.sync.post import Answered, ours
from outreach_app.wire import limits, paths
from outreach_app.wire.batch import Batch, Preamble, hash_batch, seal_batch
from outreach_app.wire.problems import Forged
from outreach_app.wire.receipt import Receipt, read_receipt
from outreach_app.wire.roster import Stream

_AT_ONCE = 8


class _Answer(NamedTuple):
    """A batch's receipt as it came, and what it says."""

    raw: bytes
    receipt: Receipt


def send_all(line: Line) -> int:
    """Send what is sealed, seal what waits, until the outbox is empty; how many batches got a receipt."""
    sent = 0
    for name in STREAMS:
        stream = line.stream(name)
        if stream is not None:
            while waiting := line.ask(lambda db, name=name: batches.unsent(db, name)):  # type: ignore[misc]
                sent += _send_some(line, stream, [(one.id, one.header, one.body or b"") for one in waiting])
            while sealed := _seal_some(line, name, stream):
                sent += _send_some(line, stream, [(one.id, one.header, one.body) for one in sealed])
    return sent


def offer(line: Line, stored: Stored) -> None:
    """Send a batch of the shelf, anybody's; its receipt is kept."""
    stream = line.roster.stream(stored.stream)
    if stream is not None and stored.body is not None:
        _send_some(line, stream, [(stored.id, stored.header, stored.body)])


def _seal_some(line: Line, name: str, stream: Stream) -> list[SealedBatch]:
    """The next few batches of what waits, on the shelf before anything is sent; none when nothing waits.

    A few at once, because each trip to the disk costs as much as sealing ten. Only the newest epoch of
    the verified roster seals; without its key, waiting is the answer.
    """
    line.laptop.go_on()
    epoch = newest_epoch(line.roster, stream.id)
    key = line.keys.get((stream.id, epoch))
    role = line.role
    if key is None or role is None:
        return []

    def look(db: Database) -> tuple[list[Held], batches.Own | None, content.Elsewhere]:
        waiting = batches.waiting(db, name, _AT_ONCE * limits.BATCH_OPS, _AT_ONCE * limits.BATCH)
        others = {
            found.id.hex(): (own.seq, own.id.hex())
            for other, own in batches.last_of_each(db, line.device).items()
            if other != name and (found := line.roster.stream(other)) is not None
        }
        return waiting, batches.last_own(db, name, line.device), others

    waiting, last, others = line.ask(look)
    seq, prev = (last.seq, last.id) if last else (0, NOTHING_BEFORE)
    sealed: list[SealedBatch] = []
    while waiting and len(sealed) < _AT_ONCE:
        count = plan.cut([len(one.raw) for one in waiting[: limits.BATCH_OPS]])
        held, waiting = waiting[:count], waiting[count:]
        seq += 1
        preamble = Preamble(
            team=line.team,
            stream=stream.id,
            epoch=epoch,
            device=line.device,
            seq=seq,
            prev=prev,
            salt=line.laptop.randomness(limits.SALT),
            roster=line.roster.hash,
            ops=content.op_hash(held),
        )
        batch = seal_batch(key, line.identity.signer, preamble, content.write(held, others))
        prev = hash_batch(batch.header)
        sealed.append(
            SealedBatch(
                id=prev,
                stream=name,
                device=line.device,
                seq=seq,
                prev=preamble.prev,
                role=role.value,
                header=batch.header,
                body=batch.body,
                op_ids=tuple(one.id for one in held),
            )
        )

    def keep(db: Database) -> Changed:
        with db.atomic():
            return together(batches.keep_sealed(db, one) for one in sealed)

    line.note(line.ask(keep))
    return sealed


def _send_some(line: Line, stream: Stream, sealed: Sequence[tuple[bytes, bytes, bytes]]) -> int:
    """PUT these (id, header, body) in order; receipts are kept together, also those before a trouble."""
    answers: list[_Answer] = []
    try:
        for batch_id, header, body in sealed:
            answers.append(_send(line, Batch(header, body), batch_id, stream.id))
    finally:
        if answers:
            line.note(line.ask(lambda db: _keep_receipts(db, answers)))
    return len(answers)


def _keep_receipts(db: Database, answers: Sequence[_Answer]) -> Changed:
    with db.atomic():
        return together(
            batches.mark_receipt(db, said.batch, raw, said.team_seq, said.history) for raw, said in answers
        )


def _send(line: Line, batch: Batch, batch_id: bytes, stream: bytes) -> _Answer:
    """PUT a batch; only a receipt signed by a pinned key, for this batch, counts as an answer."""
    line.laptop.go_on()
    path = paths.fill(paths.BATCH, stream=stream, batch=batch_id)
    try:
        raw = line.post.send("PUT", path, batch.encode(), limits.RECEIPT)
    except Answered as answered:
        if answered.report.code == "batch-conflict":
            raise Trouble("laptop-cloned") from None
        raise
    receipt = checked_receipt(line, raw)
    if receipt.batch != batch_id or receipt.stream != stream:
        raise Trouble("receipt-wrong")
    return _Answer(raw, receipt)


def checked_receipt(line: Line, raw: bytes) -> Receipt:
    """A receipt signed by a key that the roster pins; raises Trouble `receipt-wrong`, or `server-strange`."""
    for key in reversed(line.roster.entry.receipt_keys):
        with suppress(Forged):
            return ours(lambda raw, key=key: read_receipt(raw, key), raw)  # type: ignore[misc]
    raise Trouble("receipt-wrong")
