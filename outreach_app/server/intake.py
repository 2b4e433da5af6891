"""What is checked before anything is put on the shelf: all that a blind server can.

Shape, hashes and signatures, and that a roster entry follows from the one before. Whether the
signer had the right is for the laptops to judge; the server only keeps obvious rubbish and
strangers out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from outreach_app.server.refusal import Refusal
from outreach_app.wire import roster
from outreach_app.wire.batch import Batch, SignedHeader, read_batch, read_header
from outreach_app.wire.problems import Malformed
from outreach_app.wire.roster import Entry, RosterPost, SignedEntry, Wrap


@dataclass(frozen=True, slots=True)
class Arrival:
    """A batch whose bytes fit together; its signature is still to be verified."""

    header: SignedHeader
    batch: Batch


@dataclass(frozen=True, slots=True)
class Posting:
    """A roster entry with its wraps, taken apart."""

    signed: SignedEntry
    wraps: tuple[Wrap, ...]

    @property
    def entry(self) -> Entry:
        """The state that the entry declares."""
        return self.signed.entry


class Known(NamedTuple):
    """What never changes about a device, from the first entry that listed it."""

    member: bytes
    sign_public: bytes


def read_arrival(raw: bytes, stream: bytes, batch_id: bytes) -> Arrival:
    """The batch of a PUT, if it is the one that the address names. Raises `Malformed`."""
    batch = read_batch(raw)
    header = read_header(batch.header)
    if header.batch_id != batch_id or header.preamble.stream != stream:
        raise Malformed("address")
    if not header.matches(batch.body):
        raise Malformed("body")
    return Arrival(header, batch)


def read_posting(post: RosterPost) -> Posting:
    """An entry whose wraps go to somebody it names. Raises `Malformed`."""
    posting = Posting(roster.read_entry(post.entry), post.wraps)
    entry = posting.entry
    recipients = {device.id for device in entry.devices}
    for one, other in combinations(entry.recovery_keys, 2):
        if one.belongs_to is other.belongs_to:
            recipients.add(roster.pair_id(one.id, other.id))
    epochs = {(stream.id, epoch.number) for stream in entry.streams for epoch in stream.epochs}
    if any(
        wrap.recipient not in recipients or (wrap.stream, wrap.epoch) not in epochs for wrap in post.wraps
    ):
        raise Malformed("wraps")
    return posting


def check_founding(posting: Posting, receipt_public: bytes) -> None:
    """A first entry, signed by the root it names and pinning this server's key."""
    entry = posting.entry
    if entry.version != 1 or receipt_public not in entry.receipt_keys:
        raise Refusal("roster-invalid")
    posting.signed.verify(roster.fingerprint(entry.root_public), entry.root_public)
    check_signers(posting, entry.root_public, {device.id: device.sign_public for device in entry.devices})


def check_signers(posting: Posting, root_public: bytes, devices: Mapping[bytes, bytes]) -> None:
    """Every signature holds and is the root's or one of these devices'. Raises `Refusal`, `Forged`."""
    root = roster.fingerprint(root_public)
    for kid in posting.signed.signers:
        public = root_public if kid == root else devices.get(kid)
        if public is None:
            raise Refusal("signature-invalid")
        posting.signed.verify(kid, public)


def is_signed_by_root(posting: Posting) -> bool:
    """Whether the root claims to have signed; `check_signers` says whether it is true."""
    return roster.fingerprint(posting.entry.root_public) in posting.signed.signers


def check_succession(posting: Posting, before: SignedEntry, known: Mapping[bytes, Known]) -> None:
    """The entry follows from the newest: version, hash, root, streams kept, keys never exchanged."""
    entry, old = posting.entry, before.entry
    if entry.version != old.version + 1 or entry.prev != before.hash:
        raise Refusal("roster-version", facts={"version": old.version})
    if entry.team != old.team or entry.root_public != old.root_public:
        raise Refusal("roster-invalid")
    for stream in old.streams:
        kept = entry.stream(stream.id)
        if kept is None or kept.name != stream.name or kept.epochs[: len(stream.epochs)] != stream.epochs:
            raise Refusal("roster-invalid")
    for device in entry.devices:
        now = Known(device.member, device.sign_public)
        if known.get(device.id, now) != now:
            raise Refusal("roster-invalid")
