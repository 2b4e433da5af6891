"""The vault: how a passphrase or a recovery code becomes the key of this laptop's encrypted file.

`vault.json` holds no secret. Each slot holds the same 256-bit database key (DBK), sealed to one way in:

    slot A    AES-256-GCM(HKDF(Argon2id(passphrase) || device secret of the key ring), DBK)
    slot A'   AES-256-GCM(HKDF(Argon2id(passphrase)), DBK)      where no safe ring exists
    slot B    AES-256-GCM(HKDF(recovery code), DBK)             printed, needs neither

The exact bytes of a slot's header are its associated data; every write takes a fresh salt and nonce.
SQLCipher answers a wrong key and a damaged page alike, so the slot's tag alone says "wrong passphrase".
A ring that is locked or has lost its value is a trouble and changes nothing: a new secret is only ever
put beside an old one, under an account of its own, and only by somebody who proved the way in.

The key of the file is renewed in two steps, so that a crash between them loses nothing:
`begin_renewal` lays a bridge (the new key sealed under the old one), the store re-encrypts its file, and
`finish_renewal` writes new slots and takes the bridge away. In between, `unlock` returns both keys.

Written as one step: a file beside it, fsync, rename, fsync of the folder. One program at a time holds
the profile's lock, so nobody else writes.
"""

from __future__ import annotations

import errno
import hmac
import os
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple, NewType

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach_app.domain.ids import Randomness
from outreach_app.domain.trouble import Bug, Trouble
from outreach_app.keys import printed
from outreach_app.keys.ring import Ring, RingState

Dbk = NewType("Dbk", bytes)
"""The raw key of the encrypted file: 32 bytes."""

RecoveryCode = NewType("RecoveryCode", str)
"""160 random bits as eight groups of five characters; `printed` says how."""

VERSION: Final = 1
LEAST_WITH_RING = 10
LEAST_WITHOUT_RING = 14

_KEY = 32
_SALT = 16
_NONCE = 12
_CODE = 20
_FREE_TRIES = 4
_LONGEST_DELAY = timedelta(minutes=5)

_Salt = Annotated[bytes, msgspec.Meta(min_length=_SALT, max_length=_SALT)]
_Nonce = Annotated[bytes, msgspec.Meta(min_length=_NONCE, max_length=_NONCE)]
_Check = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
_SealedKey = Annotated[bytes, msgspec.Meta(min_length=_KEY + 16, max_length=_KEY + 16)]


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Argon2id's price (RFC 9106). A header below 64 MiB is refused: nobody of ours wrote it."""

    memory_kib: Annotated[int, msgspec.Meta(ge=64 * 1024, le=4 * 1024 * 1024)]
    passes: Annotated[int, msgspec.Meta(ge=1, le=64)]
    lanes: Annotated[int, msgspec.Meta(ge=1, le=64)]


PRODUCTION = Cost(memory_kib=256 * 1024, passes=3, lanes=4)
FLOOR = Cost(memory_kib=64 * 1024, passes=1, lanes=4)


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="slot"):
    version: Literal[1]
    vault: str
    salt: _Salt
    nonce: _Nonce


class RingHeader(_Header, frozen=True, tag="A"):
    """Slot A: which ring keeps the device secret, under which account, and how to know it again."""

    cost: Cost
    ring: str
    account: str
    check: _Check


class BareHeader(_Header, frozen=True, tag="A'"):
    """Slot A': the passphrase alone."""

    cost: Cost


class CodeHeader(_Header, frozen=True, tag="B"):
    """Slot B: the recovery code."""


class PassphraseSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    header: RingHeader | BareHeader
    sealed_dbk: _SealedKey


class CodeSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    header: CodeHeader
    sealed_dbk: _SealedKey


class Bridge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The next key, sealed under the present one, while the store changes from one to the other."""

    salt: _Salt
    nonce: _Nonce
    sealed_dbk: _SealedKey


class Tries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wrong passphrases since the last right one. Nothing is ever wiped for having too many."""

    failed: Annotated[int, msgspec.Meta(ge=0)] = 0
    last_at: datetime | None = None


class Vault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`vault.json`, whole. `id` tells this profile's entries in the ring from another's."""

    version: Literal[1]
    id: str
    passphrase: PassphraseSlot
    recovery: CodeSlot
    tries: Tries = Tries()
    bridge: Bridge | None = None


class _Versioned(msgspec.Struct):
    version: Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An open vault. `next_dbk` is there only while a renewal waits to be finished or given up."""

    dbk: Dbk = field(repr=False)
    next_dbk: Dbk | None = field(repr=False)
    uses_ring: bool


@dataclass(frozen=True, slots=True)
class Created:
    """A new vault: the key for a new file, and the code to print and keep away from the laptop."""

    dbk: Dbk = field(repr=False)
    recovery_code: RecoveryCode = field(repr=False)
    uses_ring: bool


class Description(NamedTuple):
    """What may be said of a closed vault. `ring` is empty for a slot A'; `wait` until the next try."""

    ring: str
    failed_tries: int
    wait: timedelta
    is_renewing: bool


@dataclass(frozen=True, slots=True)
class _Enrolled:
    ring: str
    account: str
    secret: bytes = field(repr=False)


# ------------------------------------------------------------------------------------------- the verbs


def create(
    path: Path, passphrase: str, ring: Ring, *, randomness: Randomness = os.urandom, cost: Cost = PRODUCTION
) -> Created:
    """A new vault at `path`, around a new key; a vault that is there already is never touched.

    Without a safe ring the passphrase stands alone (slot A'), must be longer, and `uses_ring` says so.
    Raises Trouble: vault-exists, passphrase-short, ring-locked, ring-silent, memory-short,
    vault-not-written.
    """
    if path.exists():
        raise Trouble("vault-exists")
    state = ring.state()
    if state is RingState.LOCKED:
        raise Trouble("ring-locked", ring=ring.name)
    if state is RingState.SILENT:
        raise Trouble("ring-silent", ring=ring.name)
    vault_id = randomness(16).hex()
    dbk = Dbk(randomness(_KEY))
    uses_ring = state is RingState.USABLE
    _refuse_short(passphrase, uses_ring=uses_ring)
    enrolled = _enrol(vault_id, ring, randomness) if uses_ring else None
    code, recovery = _seal_to_code(vault_id, dbk, randomness)
    slot = _seal_to_passphrase(vault_id, dbk, passphrase, enrolled, randomness, cost)
    _write(path, Vault(version=VERSION, id=vault_id, passphrase=slot, recovery=recovery))
    return Created(dbk=dbk, recovery_code=code, uses_ring=uses_ring)


def unlock(path: Path, passphrase: str, ring: Ring, *, now: datetime) -> Unlocked:
    """Open with the passphrase, and with the ring's secret where slot A asks for it.

    The ring is asked before the passphrase is judged, so that neither is blamed for the other.
    Raises Trouble: vault-missing, vault-unreadable, vault-damaged, vault-newer, passphrase-wait,
    ring-absent, ring-locked, ring-silent, ring-changed, ring-value-lost, ring-value-wrong, memory-short,
    passphrase-wrong.
    """
    vault = _read(path)
    unlocked, _ = _open_with_passphrase(path, vault, passphrase, ring, now)
    if vault.tries.failed:
        # A full disk must not keep anybody out; the count is only a brake.
        with suppress(Trouble):
            _write(path, msgspec.structs.replace(vault, tries=Tries()))
    return unlocked


def open_with_code(path: Path, code: str) -> Unlocked:
    """Open with the recovery code alone; nothing is changed.

    Raises Trouble: those of reading, recovery-code-typo (with the group), recovery-code-wrong.
    """
    return _open_with_code(_read(path), code)


def recover(
    path: Path,
    code: str,
    new_passphrase: str,
    ring: Ring,
    *,
    randomness: Randomness = os.urandom,
    cost: Cost = PRODUCTION,
) -> Unlocked:
    """Open with the recovery code and seal the same key to a new passphrase.

    Works with a ring that is gone, locked or silent: then the passphrase stands alone and must be longer.
    What an old ring still holds is left there, unless it is this ring and the new secret is safely in.
    Raises Trouble: those of `open_with_code`, passphrase-short, memory-short, vault-not-written.
    """
    vault = _read(path)
    unlocked = _open_with_code(vault, code)
    uses_ring = ring.state() is RingState.USABLE
    _refuse_short(new_passphrase, uses_ring=uses_ring)
    enrolled = _enrol(vault.id, ring, randomness) if uses_ring else None
    slot = _seal_to_passphrase(vault.id, unlocked.dbk, new_passphrase, enrolled, randomness, cost)
    _write(path, msgspec.structs.replace(vault, passphrase=slot, tries=Tries()))
    _forget_old(vault, ring)
    return Unlocked(dbk=unlocked.dbk, next_dbk=unlocked.next_dbk, uses_ring=uses_ring)


def change_passphrase(
    path: Path,
    passphrase: str,
    new_passphrase: str,
    ring: Ring,
    *,
    now: datetime,
    randomness: Randomness = os.urandom,
    cost: Cost = PRODUCTION,
) -> Unlocked:
    """Seal the same key to another passphrase; the data is not touched.

    A slot A keeps its device secret. A slot A' becomes a slot A where a safe ring has appeared.
    Raises Trouble: those of `unlock`, passphrase-short, vault-not-written.
    """
    vault = _read(path)
    unlocked, enrolled = _open_with_passphrase(path, vault, passphrase, ring, now)
    uses_ring = enrolled is not None or ring.state() is RingState.USABLE
    _refuse_short(new_passphrase, uses_ring=uses_ring)
    if uses_ring and enrolled is None:
        enrolled = _enrol(vault.id, ring, randomness)
    slot = _seal_to_passphrase(vault.id, unlocked.dbk, new_passphrase, enrolled, randomness, cost)
    _write(path, msgspec.structs.replace(vault, passphrase=slot, tries=Tries()))
    return Unlocked(dbk=unlocked.dbk, next_dbk=unlocked.next_dbk, uses_ring=uses_ring)


def new_recovery_code(
    path: Path, passphrase: str, ring: Ring, *, now: datetime, randomness: Randomness = os.urandom
) -> RecoveryCode:
    """Another code; the old printed one opens nothing from now on. Raises Trouble: as `change_passphrase`."""
    vault = _read(path)
    unlocked, _ = _open_with_passphrase(path, vault, passphrase, ring, now)
    code, slot = _seal_to_code(vault.id, unlocked.dbk, randomness)
    _write(path, msgspec.structs.replace(vault, recovery=slot, tries=Tries()))
    return code


def begin_renewal(path: Path, unlocked: Unlocked, *, randomness: Randomness = os.urandom) -> Dbk:
    """The next key of the file, reachable from the present one; begun before, it is the same again.

    Every present way in keeps working until `finish_renewal`. Raises Trouble: vault-not-written.
    """
    if unlocked.next_dbk is not None:
        return unlocked.next_dbk
    vault = _read(path)
    next_dbk = Dbk(randomness(_KEY))
    salt, nonce = randomness(_SALT), randomness(_NONCE)
    key = _derive(unlocked.dbk, salt, b"outreach/v1/vault-bridge")
    bridge = Bridge(salt, nonce, AESGCM(key).encrypt(nonce, next_dbk, vault.id.encode()))
    _write(path, msgspec.structs.replace(vault, bridge=bridge))
    return next_dbk


def finish_renewal(
    path: Path,
    passphrase: str,
    ring: Ring,
    *,
    now: datetime,
    randomness: Randomness = os.urandom,
    cost: Cost = PRODUCTION,
) -> Created:
    """The file is under its next key: slots around that, a new device secret, a new recovery code.

    From here on neither an old copy of the vault nor the old code leads to the file. Raises Trouble: as
    `change_passphrase`; Bug if nothing was begun.
    """
    vault = _read(path)
    unlocked, enrolled = _open_with_passphrase(path, vault, passphrase, ring, now)
    if unlocked.next_dbk is None:
        raise Bug("a renewal was finished that was never begun")
    if enrolled is not None:
        enrolled = _enrol(vault.id, ring, randomness)
    code, recovery = _seal_to_code(vault.id, unlocked.next_dbk, randomness)
    slot = _seal_to_passphrase(vault.id, unlocked.next_dbk, passphrase, enrolled, randomness, cost)
    _write(path, Vault(version=VERSION, id=vault.id, passphrase=slot, recovery=recovery))
    _forget_old(vault, ring)
    return Created(dbk=unlocked.next_dbk, recovery_code=code, uses_ring=enrolled is not None)


def abandon_renewal(path: Path) -> None:
    """The file is still under its present key: take the bridge away."""
    _write(path, msgspec.structs.replace(_read(path), bridge=None))


def describe(path: Path, now: datetime) -> Description:
    """What a closed vault tells without a passphrase. Raises Trouble: those of reading."""
    vault = _read(path)
    header = vault.passphrase.header
    return Description(
        ring=header.ring if isinstance(header, RingHeader) else "",
        failed_tries=vault.tries.failed,
        wait=_remaining(vault.tries, now),
        is_renewing=vault.bridge is not None,
    )


def delay_after(failed_tries: int) -> timedelta:
    """How long to wait after so many wrong passphrases: four are free, then 1 s, doubling up to 5 min."""
    if failed_tries < _FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failed_tries - _FREE_TRIES, 16)), _LONGEST_DELAY)


def least_length(*, uses_ring: bool) -> int:
    """How many characters a passphrase needs."""
    return LEAST_WITH_RING if uses_ring else LEAST_WITHOUT_RING


# ------------------------------------------------------------------------------------- opening a slot


def _open_with_passphrase(
    path: Path, vault: Vault, passphrase: str, ring: Ring, now: datetime
) -> tuple[Unlocked, _Enrolled | None]:
    wait = _remaining(vault.tries, now)
    if wait:
        raise Trouble("passphrase-wait", seconds=-(-wait // timedelta(seconds=1)))
    header = vault.passphrase.header
    enrolled = _recall(header, ring) if isinstance(header, RingHeader) else None
    key = _passphrase_key(header, passphrase, enrolled)
    try:
        dbk = Dbk(AESGCM(key).decrypt(header.nonce, vault.passphrase.sealed_dbk, _bound(header)))
    except InvalidTag:
        tries = Tries(failed=vault.tries.failed + 1, last_at=now)
        with suppress(Trouble):
            _write(path, msgspec.structs.replace(vault, tries=tries))
        wait_seconds = int(delay_after(tries.failed).total_seconds())
        raise Trouble("passphrase-wrong", tries=tries.failed, seconds=wait_seconds) from None
    return Unlocked(dbk, _cross(vault, dbk), enrolled is not None), enrolled


def _open_with_code(vault: Vault, code: str) -> Unlocked:
    try:
        secret = printed.read(code, _CODE)
    except printed.Misread as slip:
        raise Trouble("recovery-code-typo", group=slip.group) from None
    header = vault.recovery.header
    key = _derive(secret, header.salt, b"outreach/v1/slot-b")
    try:
        dbk = Dbk(AESGCM(key).decrypt(header.nonce, vault.recovery.sealed_dbk, _bound(header)))
    except InvalidTag:
        raise Trouble("recovery-code-wrong") from None
    return Unlocked(dbk, _cross(vault, dbk), isinstance(vault.passphrase.header, RingHeader))


def _cross(vault: Vault, dbk: Dbk) -> Dbk | None:
    """The key at the bridge's other end."""
    bridge = vault.bridge
    if bridge is None:
        return None
    key = _derive(dbk, bridge.salt, b"outreach/v1/vault-bridge")
    try:
        return Dbk(AESGCM(key).decrypt(bridge.nonce, bridge.sealed_dbk, vault.id.encode()))
    except InvalidTag:
        raise Trouble("vault-damaged", part="bridge") from None


def _recall(header: RingHeader, ring: Ring) -> _Enrolled:
    """The device secret that slot A was sealed with, or which of its troubles the ring has."""
    if not ring.name:
        raise Trouble("ring-absent", ring=header.ring)
    secret = ring.read(header.account)
    if secret is None:
        if ring.name != header.ring:
            raise Trouble("ring-changed", ring=header.ring, present=ring.name)
        raise Trouble("ring-value-lost", ring=header.ring)
    if not hmac.compare_digest(_ring_check(header.salt, secret), header.check):
        raise Trouble("ring-value-wrong", ring=ring.name)
    return _Enrolled(ring.name, header.account, secret)


def _remaining(tries: Tries, now: datetime) -> timedelta:
    """What is left of the delay. A clock set back is not a reason to keep somebody out."""
    if tries.last_at is None or now < tries.last_at:
        return timedelta(0)
    return max(tries.last_at + delay_after(tries.failed) - now, timedelta(0))


# ------------------------------------------------------------------------------------- sealing a slot


def _enrol(vault_id: str, ring: Ring, randomness: Randomness) -> _Enrolled:
    """A new device secret in the ring, beside whatever is there."""
    secret = randomness(32)
    account = f"{vault_id}/{randomness(4).hex()}"
    ring.write(account, secret)
    return _Enrolled(ring.name, account, secret)


def _forget_old(vault: Vault, ring: Ring) -> None:
    """The vault on disk no longer asks for the old secret: drop it if this ring has it and lets us."""
    header = vault.passphrase.header
    if isinstance(header, RingHeader) and ring.name == header.ring:
        with suppress(Trouble):
            ring.forget(header.account)


def _seal_to_passphrase(
    vault_id: str,
    dbk: Dbk,
    passphrase: str,
    enrolled: _Enrolled | None,
    randomness: Randomness,
    cost: Cost,
) -> PassphraseSlot:
    salt, nonce = randomness(_SALT), randomness(_NONCE)
    header: RingHeader | BareHeader
    if enrolled is None:
        header = BareHeader(version=VERSION, vault=vault_id, salt=salt, nonce=nonce, cost=cost)
    else:
        header = RingHeader(
            version=VERSION,
            vault=vault_id,
            salt=salt,
            nonce=nonce,
            cost=cost,
            ring=enrolled.ring,
            account=enrolled.account,
            check=_ring_check(salt, enrolled.secret),
        )
    key = _passphrase_key(header, passphrase, enrolled)
    return PassphraseSlot(header, AESGCM(key).encrypt(nonce, dbk, _bound(header)))


def _seal_to_code(vault_id: str, dbk: Dbk, randomness: Randomness) -> tuple[RecoveryCode, CodeSlot]:
    secret = randomness(_CODE)
    header = CodeHeader(version=VERSION, vault=vault_id, salt=randomness(_SALT), nonce=randomness(_NONCE))
    key = _derive(secret, header.salt, b"outreach/v1/slot-b")
    slot = CodeSlot(header, AESGCM(key).encrypt(header.nonce, dbk, _bound(header)))
    return RecoveryCode(printed.write(secret)), slot


def _refuse_short(passphrase: str, *, uses_ring: bool) -> None:
    least = least_length(uses_ring=uses_ring)
    if len(unicodedata.normalize("NFC", passphrase)) < least:
        raise Trouble("passphrase-short", least=least)


# ---------------------------------------------------------------------------------------- derivations


def _passphrase_key(header: RingHeader | BareHeader, passphrase: str, enrolled: _Enrolled | None) -> bytes:
    """KEK_A or KEK_A'. The same letters composed differently by two keyboards are one passphrase (NFC)."""
    cost = header.cost
    argon = Argon2id(
        salt=header.salt,
        length=_KEY,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    try:
        stretched = argon.derive(unicodedata.normalize("NFC", passphrase).encode())
    except MemoryError:
        raise Trouble("memory-short", mebibytes=cost.memory_kib // 1024) from None
    if enrolled is None:
        return _derive(stretched, header.salt, b"outreach/v1/slot-a-bare")
    return _derive(stretched + enrolled.secret, header.salt, b"outreach/v1/slot-a")


def _ring_check(salt: bytes, secret: bytes) -> bytes:
    """Tells a wrong ring value from a wrong passphrase; of 256 random bits it gives nothing away."""
    return _derive(secret, salt, b"outreach/v1/ring-check")


def _derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=salt, info=info).derive(secret)


def _bound(header: _Header) -> bytes:
    """The header's bytes as they stand in the file: fields in the order of their declaration."""
    return msgspec.json.encode(header)


# ------------------------------------------------------------------------------------------- the file


def _read(path: Path) -> Vault:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Trouble("vault-missing") from None
    except OSError as failure:
        raise Trouble("vault-unreadable", reason=_reason(failure)) from None
    try:
        version = msgspec.json.decode(raw, type=_Versioned).version
        if version > VERSION:
            raise Trouble("vault-newer", version=version)
        return msgspec.json.decode(raw, type=Vault)
    except msgspec.DecodeError:
        raise Trouble("vault-damaged", part="file") from None


def _write(path: Path, vault: Vault) -> None:
    beside = path.with_name(f"{path.name}.new")
    raw = msgspec.json.format(msgspec.json.encode(vault), indent=2)
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as failure:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise Trouble("vault-not-written", reason=_reason(failure)) from None


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable. Windows has no such call and refuses to open a folder."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(failure: OSError) -> str:
    return errno.errorcode.get(failure.errno or 0, "unknown")
