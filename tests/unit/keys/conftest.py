"""A ring in memory, at keyring's own interface, behind the production door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest

from outreach_app.keys.ring import SystemRing


class MemoryBackend(keyring.backend.KeyringBackend):
    """What a real ring does, without a daemon; `broken` is what every call raises instead."""

    priority = -1  # never found by a search

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.broken: Exception | None = None

    def _fail_if_told(self) -> None:
        if self.broken is not None:
            raise self.broken

    def get_password(self, service: str, username: str) -> str | None:
        self._fail_if_told()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail_if_told()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._fail_if_told()
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("No such password!")
        del self.kept[service, username]


@pytest.fixture
def backend() -> MemoryBackend:
    return MemoryBackend()


@pytest.fixture
def ring(backend: MemoryBackend) -> SystemRing:
    return SystemRing(backend, "Secret Service")


@pytest.fixture
def another_ring() -> SystemRing:
    """What the same person finds after changing the desktop environment."""
    return SystemRing(MemoryBackend(), "KWallet")


@pytest.fixture
def vault_path(tmp_path: Path) -> Path:
    return tmp_path / "vault.json"


@pytest.fixture
def trouble() -> Callable[..., str]:
    """The code of the trouble that a call raises."""
    from outreach_app.domain.trouble import Trouble

    def code_of(verb: Callable[..., object], *args: object, **named: object) -> str:
        with pytest.raises(Trouble) as caught:
            verb(*args, **named)
        return caught.value.code

    return code_of
