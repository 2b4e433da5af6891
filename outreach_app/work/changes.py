"""What a verb gives back: its result, and what moved, so that everybody else can look again."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from outreach_app.store.oplog import Changed as Changes

T = TypeVar("T")


class Done(NamedTuple, Generic[T]):
    """A verb that succeeded: committed to disk when this is returned."""

    result: T
    changes: Changes


__all__ = ["Changes", "Done"]
