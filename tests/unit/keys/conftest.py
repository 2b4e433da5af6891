"""A ring in memory behind the production door, and the code of whatever trouble a call raises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.ring import MemoryBackend

from outreach_app.domain.trouble import Trouble
from outreach_app.keys.ring import SystemRing


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

    def code_of(verb: Callable[..., object], *args: object, **named: object) -> str:
        with pytest.raises(Trouble) as caught:
            verb(*args, **named)
        return caught.value.code

    return code_of
