"""The one door to the operating system's key ring.

A ring keeps this laptop's device secret, so that a copied disk is useless even to somebody who knows
the passphrase. Only rings that encrypt for the logged-in person are used; everything else that
`keyring` may find (plain files, the null ring, a ring of unknown make) counts as no ring and is named.

    usable    write, read back, forget
    absent    no ring, or none that is safe: Trouble "ring-absent"
    locked    there, but closed, or its prompt was dismissed: Trouble "ring-locked"
    silent    there, but it does not answer: Trouble "ring-silent"

That a value is gone, wrong, or was left in another ring is told by `slots`, which knows what to expect.
Loading `keyring` costs 160 to 300 ms and a locked ring may ask on the screen: call from a worker.
"""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from outreach_app.domain.trouble import Trouble

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "outreach"
SWITCH = "OUTREACH_RING"

SAFE_RINGS: Mapping[str, str] = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "Secret Service (libsecret)",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet 4",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
}
"""Backend class -> the name by which the vault and people know it."""


_STRANGERS = (
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("secretstorage.exceptions", "SecretStorageException"),
    ("dbus.exceptions", "DBusException"),
    ("gi.repository.GLib", "Error"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)


class RingState(StrEnum):
    """What a ring would do if it were asked now."""

    USABLE = "usable"
    ABSENT = "absent"
    LOCKED = "locked"
    SILENT = "silent"


class Ring(Protocol):
    """A place for small secrets. `name` is empty where there is none; `refused` names an unsafe find."""

    @property
    def name(self) -> str: ...

    @property
    def refused(self) -> str: ...

    def state(self) -> RingState: ...

    def read(self, account: str) -> bytes | None:
        """The secret kept under this account; None if there is none (or something else lies there)."""
        ...

    def write(self, account: str, secret: bytes) -> None:
        """Keep the secret under this account, and make sure that it is there."""
        ...

    def forget(self, account: str) -> None:
        """Drop the secret, if it is there."""
        ...


class NoRing:
    """There is no ring that may be trusted with a secret."""

    def __init__(self, refused: str = "") -> None:
        self.name = ""
        self.refused = refused

    def state(self) -> RingState:
        return RingState.ABSENT

    def read(self, account: str) -> bytes | None:
        raise Trouble("ring-absent")

    def write(self, account: str, secret: bytes) -> None:
        raise Trouble("ring-absent")

    def forget(self, account: str) -> None:
        """Nothing is kept here."""


class SystemRing:
    """One of the operating system's own rings, spoken to through `keyring`."""

    def __init__(self, backend: KeyringBackend, name: str) -> None:
        self.name = name
        self.refused = ""
        self._backend = backend

    def state(self) -> RingState:
        """Ask for a secret that nobody keeps: a ring that can say no can say yes."""
        try:
            self.read("a question")
        except Trouble as trouble:
            return RingState(trouble.code.removeprefix("ring-"))
        return RingState.USABLE

    def read(self, account: str) -> bytes | None:
        with self._translated():
            kept = self._backend.get_password(SERVICE, account)
        if kept is None:
            return None
        try:
            return base64.b64decode(kept, validate=True)
        except (binascii.Error, ValueError):
            return None

    def write(self, account: str, secret: bytes) -> None:
        with self._translated():
            self._backend.set_password(SERVICE, account, base64.b64encode(secret).decode())
        if self.read(account) != secret:
            raise Trouble("ring-silent", ring=self.name)

    def forget(self, account: str) -> None:
        from keyring.errors import PasswordDeleteError

        with self._translated():
            try:
                self._backend.delete_password(SERVICE, account)
            except PasswordDeleteError:
                return

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Every way in which a ring fails, as one of the three troubles."""
        from keyring import errors

        known: tuple[type[Exception], ...] = (errors.KeyringError, OSError, *_strangers())
        try:
            yield
        except errors.NoKeyringError:
            raise Trouble("ring-absent") from None
        except known as failure:
            if isinstance(failure, errors.KeyringLocked) or _was_dismissed(failure):
                raise Trouble("ring-locked", ring=self.name) from None
            raise Trouble("ring-silent", ring=self.name) from None


def open_ring(environ: Mapping[str, str]) -> Ring:
    """The ring of the person who is logged in; `OUTREACH_RING=none` says that there is none.

    Where `keyring` would search several rings, the first safe one is taken and kept to: a secret must
    not wander. A ring chosen by `PYTHON_KEYRING_BACKEND` or keyringrc.cfg is obeyed if it is safe.
    """
    if environ.get(SWITCH) == "none":
        return NoRing()
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        chosen = keyring.get_keyring()
    except (RuntimeError, ImportError):
        # The configured ring is not installed, or cannot work here.
        return NoRing()
    found = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    return choose_ring(found)


def choose_ring(found: list[KeyringBackend]) -> Ring:
    """The first safe ring among these; otherwise none, with the name of what was refused."""
    classes = [f"{type(backend).__module__}.{type(backend).__qualname__}" for backend in found]
    for backend, name in zip(found, classes, strict=True):
        if name in SAFE_RINGS:
            return SystemRing(backend, SAFE_RINGS[name])
    refused = [name for name in classes if name != "keyring.backends.fail.Keyring"]
    return NoRing(refused[0] if refused else "")


def _strangers() -> tuple[type[Exception], ...]:
    """What the systems' own packages let through `keyring` unwrapped; only a loaded one can raise."""
    loaded = ((sys.modules.get(module), name) for module, name in _STRANGERS)
    return tuple(getattr(module, name) for module, name in loaded if module is not None)


def _was_dismissed(failure: Exception) -> bool:
    """The Secret Service backend raises one error for "no" and for "nobody there"; its cause differs."""
    return type(failure.__cause__).__name__ == "PromptDismissedException"
