"""Ids and random bytes that are the same in every run and never twice the same within one."""

from __future__ import annotations

from hashlib import shake_256


class Randomness:
    """Called with a number it returns so many bytes, as `os.urandom` does, from a seed."""

    def __init__(self, seed: str = "a test") -> None:
        self._seed = seed
        self._calls = 0

    def __call__(self, size: int) -> bytes:
        self._calls += 1
        return shake_256(f"{self._seed}/{self._calls}".encode()).digest(size)


class Ids:
    """Called, it returns a new id of 16 bytes as 32 lower-case hexadecimal digits."""

    def __init__(self, seed: str = "ids of a test") -> None:
        self._randomness = Randomness(seed)

    def __call__(self) -> str:
        return self._randomness(16).hex()
