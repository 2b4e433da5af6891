"""Records out: sealed once, stored, then sent as they are until a signed receipt comes back."""

from __future__ import annotations

from outreach_app.domain.operation import Held
from outreach_app.domain.trouble import Trouble
from outreach_app.keys.roster_book import newest_epoch
from outreach_app.store import batches
from outreach_app.store.batches import NOTHING_BEFORE, SealedBatch, Stored
from outreach_app.store.database import Database
from outreach_app.sync import content, plan
from outreach_app.sync.line import STREAMS, Line
from outreach_app.sync.post import Answered
from outreach_app.wire import limits, paths
from outreach_app.wire.batch import Batch, Preamble, hash_batch, seal_batch
from outreach_app.wire.problems import Forged, Malformed
from outreach_app.wire.receipt import Receipt, read_receipt
from outreach_app.wire.roster import Stream


def send_all(line: Line) -> int:
    """Send what is sealed, seal what waits, until the outbox is empty; how many batches got a receipt."""
    sent = 0
    for name in STREAMS:
        stream = line.stream(name)
        if stream is not None:
            sent += _send_unsent(line, name)
            while (sealed := _seal_next(line, name, stream)) is not None:
                _send(line, sealed.header, sealed.body, sealed.id, stream.id)
                sent += 1
    return sent


def _send_unsent(line: Line, name: str) -> int:
    sent = 0
    while waiting := line.ask(lambda db: batches.unsent(db, name)):
        for stored in waiting:
            offer(line, stored)
            sent += 1
    return sent


def offer(line: Line, stored: Stored) -> None:
    """Send a batch of the shelf, anybody's; an own one keeps the receipt."""
    stream = line.roster.stream(stored.stream)
    if stream is not None and stored.body is not None:
        _send(line, stored.header, stored.body, stored.id, stream.id)


def _seal_next(line: Line, name: str, stream: Stream) -> SealedBatch | None:
    """The next batch of what waits, on the shelf before anything is sent; None when nothing waits.

    Only the newest epoch of the verified roster seals; without its key, waiting is the answer.
    """
    line.laptop.go_on()
    epoch = newest_epoch(line.roster, stream.id)
    key = line.keys.get((stream.id, epoch))
    role = line.role
    if key is None or role is None:
        return None

    def look(db: Database) -> tuple[list[Held], batches.Own | None, content.Elsewhere]:
        waiting = batches.waiting(db, name, limits.BATCH_OPS, limits.BATCH)
        others = {
            found.id.hex(): (own.seq, own.id.hex())
            for other, own in batches.last_of_each(db, line.device).items()
            if other != name and (found := line.roster.stream(other)) is not None
        }
        return waiting, batches.last_own(db, name, line.device), others

    waiting, last, others = line.ask(look)
    held = waiting[: plan.cut([len(one.raw) for one in waiting])]
    if not held:
        return None
    preamble = Preamble(
        team=line.team,
        stream=stream.id,
        epoch=epoch,
        device=line.device,
        seq=last.seq + 1 if last else 1,
        prev=last.id if last else NOTHING_BEFORE,
        salt=line.laptop.randomness(limits.SALT),
        roster=line.roster.hash,
        ops=content.op_hash(held),
    )
    batch = seal_batch(key, line.identity.signer, preamble, content.write(held, others))
    sealed = SealedBatch(
        id=hash_batch(batch.header),
        stream=name,
        device=line.device,
        seq=preamble.seq,
        prev=preamble.prev,
        role=role.value,
        header=batch.header,
        body=batch.body,
        op_ids=tuple(one.id for one in held),
    )
    line.note(line.ask(lambda db: batches.keep_sealed(db, sealed)))
    return sealed


def _send(line: Line, header: bytes, body: bytes, batch_id: bytes, stream: bytes) -> None:
    """PUT a batch; only a receipt signed by the pinned key, for this batch, counts as an answer."""
    line.laptop.go_on()
    path = paths.fill(paths.BATCH, stream=stream, batch=batch_id)
    try:
        raw = line.post.send("PUT", path, Batch(header, body).encode(), limits.RECEIPT)
    except Answered as answered:
        if answered.report.code == "batch-conflict":
            raise Trouble("laptop-cloned") from None
        raise
    receipt = checked_receipt(line, raw)
    if receipt.batch != batch_id or receipt.stream != stream:
        raise Trouble("receipt-wrong")
    line.note(
        line.ask(
            lambda db: batches.mark_receipt(db, batch_id, raw, receipt.team_seq, receipt.history),
        )
    )


def checked_receipt(line: Line, raw: bytes) -> Receipt:
    """A receipt signed by a key that the roster pins; raises Trouble `receipt-wrong`."""
    for key in reversed(line.roster.entry.receipt_keys):
        try:
            return read_receipt(raw, key)
        except Forged:
            continue
        except Malformed:
            break
    raise Trouble("receipt-wrong")
