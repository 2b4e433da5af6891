"""`docs/format.md` tells the truth: its vectors are ours, its reader reads them, its limits are held."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app.wire import auth, batch, envelope, invite, limits, receipt, roster, seen
from outreach_app.wire.envelope import Context
from outreach_app.wire.roster import Entry, Epoch, Member, Role, Standing, Stream

DOCUMENT = (Path(__file__).parents[3] / "docs/format.md").read_text(encoding="utf-8")
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def read_vectors() -> dict[str, str]:
    """`name = value` in the text blocks, long values indented below."""
    vectors: dict[str, str] = {}
    for block in re.findall(r"```text\n(.*?)```", DOCUMENT, re.DOTALL):
        for name, value in re.findall(r"^([a-z][a-z0-9 ]*) =(.*(?:\n    .*)*)", block, re.MULTILINE):
            vectors[name] = value.replace("\n    ", "").strip()
    return vectors


VECTORS = read_vectors()


def vector(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name])


def of(number: int, size: int = limits.ID) -> bytes:
    return bytes([number]) * size


KEY = Ed25519PrivateKey.from_private_bytes(vector("signing seed"))
PUBLIC = KEY.public_key().public_bytes_raw()
PREAMBLE = batch.Preamble(
    team=of(1),
    stream=of(2),
    epoch=3,
    device=of(3),
    seq=1,
    prev=batch.NOTHING_BEFORE,
    salt=of(4, 32),
    roster=of(5, 32),
    ops=batch.hash_ops([of(6, 32)]),
)
ENTRY = Entry(
    version=1,
    prev=roster.BEFORE_FIRST,
    team=of(1),
    signed_at=AT,
    root_public=PUBLIC,
    members=(Member(of(7), Role.LEAD, Standing.ACTIVE),),
    devices=(),
    streams=(Stream(of(2), "config", (Epoch(0, of(8, 32), AT),)),),
    receipt_keys=(of(9, 32),),
)
SIGNED = roster.sign_entry(ENTRY, [(roster.fingerprint(PUBLIC), KEY)])
INVITE = invite.Invite(
    server="https://outreach.example.org",
    team=of(1),
    root_fingerprint=roster.fingerprint(PUBLIC),
    roster_version=1,
    roster_hash=SIGNED.hash,
    role=Role.WORKER,
    expires_at=AT,
    inviter=of(7),
    secret=of(12),
)
KEYS = invite.derive_keys(INVITE.secret)
FIRST = receipt.first_head(of(2))
NEXT = receipt.next_head(FIRST, 1, vector("batch id"))
SEEN = seen.Seen(team=of(1), stream=of(2), device=of(3), history=of(13), team_seq=1, head=NEXT)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("signing public", lambda: PUBLIC),
        ("op ids hash", lambda: PREAMBLE.ops),
        ("preamble", PREAMBLE.encode),
        ("signed header", lambda: batch.sign_header(KEY, PREAMBLE, vector("body"))),
        ("batch id", lambda: batch.hash_batch(vector("signed header"))),
        ("root fingerprint", lambda: roster.fingerprint(PUBLIC)),
        ("signed entry", lambda: SIGNED.raw),
        ("roster hash", lambda: SIGNED.hash),
        ("pair id", lambda: roster.pair_id(of(11), of(10))),
        ("invite secret", lambda: INVITE.secret),
        ("invite id", lambda: KEYS.id),
        ("invite mac key", lambda: KEYS.mac),
        ("invite name key", lambda: KEYS.name),
        ("head 0", lambda: FIRST),
        ("head 1", lambda: NEXT),
        (
            "receipt",
            lambda: receipt.sign_receipt(KEY, receipt.Receipt(vector("batch id"), of(2), of(13), 1, NEXT)),
        ),
        ("signed head", lambda: receipt.sign_head(KEY, receipt.Head(of(2), of(13), 1, NEXT))),
        (
            "history change",
            lambda: receipt.sign_change(KEY, receipt.HistoryChange(of(2), of(13), of(14), 1, NEXT)),
        ),
        ("seen", lambda: seen.sign_seen(SEEN, KEY)),
        (
            "auth answer",
            lambda: auth.sign_answer(auth.Answer(roster.fingerprint(PUBLIC), of(1), of(3), of(15)), KEY),
        ),
    ],
)
def test_a_vector_of_the_document_is_what_the_program_makes(name: str, made: Callable[[], bytes]) -> None:
    assert made().hex() == VECTORS[name]


def test_the_invite_of_the_document_is_what_the_program_writes() -> None:
    assert INVITE.encode() == VECTORS["invite text"]
    assert invite.read_invite(VECTORS["invite text"]) == INVITE


def test_the_body_of_the_document_opens_by_its_key() -> None:
    plain = batch.open_body(vector("epoch key"), PREAMBLE, vector("body"))
    assert plain.decode() == VECTORS["plain"]
    packed = envelope.open_sealed(vector("body key"), vector("body"), vector("preamble"), 5000, "body")
    assert len(packed) == limits.PAD_FROM


def test_the_documents_own_reader_reads_without_this_program() -> None:
    (script,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert "outreach_app" not in script
    names: dict[str, Any] = {}
    exec(compile(script, "docs/format.md", "exec"), names)
    plain = names["read_batch"](vector("signed header"), vector("body"), PUBLIC, vector("epoch key"))
    assert plain.decode() == VECTORS["plain"]


def test_every_vector_is_looked_at() -> None:
    looked_at = {"signing seed", "epoch key", "body key", "body", "plain", "invite text"}
    (mark,) = test_a_vector_of_the_document_is_what_the_program_makes.pytestmark
    assert looked_at | {name for name, _ in mark.args[1]} == set(VECTORS)


def test_every_purpose_of_a_signature_is_in_the_document() -> None:
    for context in Context:
        assert f"`{context.value.decode()}`" in DOCUMENT


def test_the_buckets_of_the_document_are_ours() -> None:
    told = re.findall(r"([\d,]+) becomes\s+([\d,]+)", DOCUMENT)
    assert len(told) == 3
    for length, size in told:
        assert batch.bucket(int(length.replace(",", ""))) == int(size.replace(",", ""))


def test_the_limits_of_the_document_are_ours() -> None:
    table = dict(
        re.findall(r"^\| ([a-z][^|]*) \| ([^|]*\d[^|]*) \|$", DOCUMENT.split("## 7 Limits")[1], re.MULTILINE)
    )
    told = {what: [int(number) for number in re.findall(r"\d+", most)] for what, most in table.items()}
    assert told == {
        "batch as sealed, as the server takes it": [limits.BATCH, limits.BATCH_HARD],
        "operations in a batch, one operation": [limits.BATCH_OPS, limits.OP],
        "page": [limits.PAGE_BATCHES, limits.PAGE],
        "waiting": [limits.LONG_POLL_SECONDS],
        "roster entry, post with wraps": [limits.ROSTER_ENTRY, limits.ROSTER_POST],
        "founding, root-signed post without a session": [limits.FOUNDING, limits.ROSTER_POST_BY_ROOT],
        "join request, invite text": [limits.JOIN, limits.INVITE_TEXT],
        "invite": [limits.INVITE_DAYS],
        "seen, what is parked in it": [limits.SEEN, limits.SEALED_PARKED],
        "challenge, session": [limits.CHALLENGE_SECONDS, limits.TOKEN_SECONDS],
    }


def test_a_roster_hash_is_the_hash_of_the_payload_alone() -> None:
    assert hashlib.sha256(SIGNED.payload).digest() == vector("roster hash")
