"""A key ring in memory, at keyring's own interface: the production door stands before it."""

from __future__ import annotations

import keyring.backend
import keyring.errors


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
