"""What a server says about itself to anybody: its name, versions, limits, receipt keys and time.

JSON, because a person or a monitor may want to read it. Nothing in it is believed for security:
receipt keys come from the roster, and this list only tells whether it is the same server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from outreach_app.wire import limits
from outreach_app.wire.problems import Malformed


@dataclass(frozen=True, slots=True)
class Card:
    """The answer of `GET /v1/server`; a laptop that is not in `protocols` must be upgraded first."""

    name: str
    version: str
    protocols: tuple[int, ...]
    receipt_keys: tuple[bytes, ...]
    now_at: datetime
    batch: int = limits.BATCH
    batch_hard: int = limits.BATCH_HARD
    page_batches: int = limits.PAGE_BATCHES
    long_poll_seconds: int = limits.LONG_POLL_SECONDS

    def encode(self) -> bytes:
        """JSON with hexadecimal keys and an ISO 8601 time."""
        return json.dumps(
            {
                "name": self.name,
                "version": self.version,
                "protocols": list(self.protocols),
                "receipt_keys": [key.hex() for key in self.receipt_keys],
                "time": self.now_at.isoformat(),
                "limits": {
                    "batch": self.batch,
                    "batch_hard": self.batch_hard,
                    "page_batches": self.page_batches,
                    "long_poll_seconds": self.long_poll_seconds,
                },
            }
        ).encode()


def read_card(raw: bytes) -> Card:
    """Read a server's card. Raises `Malformed`, as for a captive portal's page."""
    try:
        document = json.loads(raw)
        numbers = document["limits"]
        card = Card(
            name=_text(document["name"]),
            version=_text(document["version"]),
            protocols=tuple(_count(protocol) for protocol in document["protocols"]),
            receipt_keys=tuple(bytes.fromhex(key) for key in document["receipt_keys"]),
            now_at=datetime.fromisoformat(document["time"]),
            batch=_count(numbers["batch"]),
            batch_hard=_count(numbers["batch_hard"]),
            page_batches=_count(numbers["page_batches"]),
            long_poll_seconds=_count(numbers["long_poll_seconds"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Malformed("server") from None
    if card.now_at.tzinfo is None or any(len(key) != limits.SIGN_PUBLIC for key in card.receipt_keys):
        raise Malformed("server")
    return card


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 1:
        raise TypeError
    return value
