"""What can be refused on the wire, and by which code.

Two things live here. `Refused` is what this package raises about bytes: they are not of the
format (`Malformed`), they were changed on the way (`Altered`), or a signature or seal does not
hold (`Forged`). `CATALOGUE` is what the server answers over HTTP: RFC 9457 problem details whose
`code` is ours, stable, and the only part a program should switch on.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:outreach:problem:"


class Refused(Exception):
    """Bytes from outside that are not accepted; `what` names the part, never its content."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Malformed(Refused):
    """The bytes are not of this format."""


class Altered(Malformed):
    """The bytes are of this format and their checksum says that they were changed."""


class Forged(Refused):
    """A signature, MAC or seal does not hold under the given key."""


class Problem(NamedTuple):
    """One line of the catalogue. `passes` says whether waiting and sending the same again may succeed."""

    code: str
    status: int
    title: str
    passes: bool


CATALOGUE: dict[str, Problem] = {
    problem.code: problem
    for problem in (
        Problem("malformed", 400, "The request does not fit the format.", False),
        Problem("signature-invalid", 400, "A signature does not verify under the key it names.", False),
        Problem("roster-invalid", 400, "The roster entry does not follow from the one before.", False),
        Problem("token-invalid", 401, "The session is missing, expired or not valid here.", True),
        Problem("challenge-invalid", 401, "The challenge is unknown, expired or answered wrongly.", True),
        Problem("server-key-mismatch", 401, "The answer was meant for a server with another key.", False),
        Problem("device-unknown", 401, "No team on this server knows this device.", False),
        Problem("team-token-invalid", 403, "The team token is unknown, used or expired.", False),
        Problem("device-revoked", 403, "This device has been removed and may no longer read.", False),
        Problem("device-blocked", 403, "The administrator has blocked this device.", False),
        Problem("not-entitled", 403, "This device is not entitled to that.", False),
        Problem("not-found", 404, "There is nothing at this address.", False),
        Problem("invite-unknown", 404, "No such invite is registered.", False),
        Problem("method-not-allowed", 405, "This address does not take that method.", False),
        Problem("roster-version", 409, "The roster has moved on; fetch it and try again.", True),
        Problem("team-exists", 409, "A team with this id is already here.", False),
        Problem("batch-conflict", 409, "Another batch holds this place in the device's chain.", False),
        Problem("history-changed", 409, "The server was restored; its history has a new id.", False),
        Problem("cursor-ahead", 409, "The cursor lies beyond the end of this history.", False),
        Problem("invite-used", 409, "Another request already used this invite.", False),
        Problem("invite-expired", 410, "The invite has expired.", False),
        Problem("too-large", 413, "The body is larger than the cap.", False),
        Problem("media-type", 415, "The body must be application/cbor.", False),
        Problem("quota-exceeded", 403, "This device has used up what a removed device may send.", False),
        Problem("upgrade-required", 426, "This server speaks another version of the protocol.", False),
        Problem("too-many-requests", 429, "Too many requests; wait and try again.", True),
        Problem("internal", 500, "The server met an error of its own.", True),
        Problem("busy", 503, "The server is busy; wait and try again.", True),
        Problem("storage-full", 507, "The server's disk is full.", True),
        Problem("request-timeout", 408, "The request took too long to arrive.", True),
    )
}


@dataclass(frozen=True, slots=True)
class Report:
    """A problem as it was answered: the catalogue's line and what the server added.

    `retry_after` is seconds. `facts` holds numbers and codes; `attached` holds bytes (the stored
    header of a conflict, the signed changes of a history), each signed by somebody on its own, so
    that nothing here has to be believed.
    """

    code: str
    status: int
    title: str
    retry_after: int | None = None
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)
    attached: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    @property
    def passes(self) -> bool:
        """Whether the same request may succeed later; an unknown code is judged by its status."""
        known = CATALOGUE.get(self.code)
        return known.passes if known else self.status >= 500 or self.status in (408, 429)


def report(
    code: str,
    *,
    retry_after: int | None = None,
    facts: Mapping[str, str | int | bool] | None = None,
    attached: Mapping[str, tuple[bytes, ...]] | None = None,
) -> Report:
    """The report of a catalogued problem."""
    problem = CATALOGUE[code]
    return Report(code, problem.status, problem.title, retry_after, facts or {}, attached or {})


def encode_report(answer: Report) -> bytes:
    """RFC 9457 JSON; bytes travel as unpadded base64url in lists."""
    document: dict[str, object] = {
        "type": TYPE_PREFIX + answer.code,
        "title": answer.title,
        "status": answer.status,
        "code": answer.code,
    }
    if answer.retry_after is not None:
        document["retry_after"] = answer.retry_after
    if answer.facts:
        document["facts"] = dict(answer.facts)
    if answer.attached:
        document["attached"] = {
            name: [base64.urlsafe_b64encode(item).decode().rstrip("=") for item in items]
            for name, items in answer.attached.items()
        }
    return json.dumps(document, sort_keys=True).encode()


def read_report(raw: bytes, status: int) -> Report:
    """Read a problem document; `status` is the one of the HTTP answer, which must agree.

    Raises `Malformed` for anything else, as a captive portal's page is not a problem of ours.
    """
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise Malformed("problem") from None
    if not isinstance(document, dict):
        raise Malformed("problem")
    code, title, told = document.get("code"), document.get("title"), document.get("status")
    retry_after, facts = document.get("retry_after"), document.get("facts", {})
    attached = document.get("attached", {})
    is_sound = (
        isinstance(code, str)
        and document.get("type") == TYPE_PREFIX + code
        and isinstance(title, str)
        and told == status
        and (retry_after is None or (type(retry_after) is int and retry_after >= 0))
        and isinstance(facts, dict)
        and all(isinstance(fact, str | int | bool) for fact in facts.values())
        and isinstance(attached, dict)
    )
    if not is_sound:
        raise Malformed("problem")
    return Report(
        str(code),
        status,
        str(title),
        retry_after,
        facts,
        {name: _read_attached(items) for name, items in attached.items()},
    )


def _read_attached(items: object) -> tuple[bytes, ...]:
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise Malformed("problem")
    try:
        return tuple(base64.b64decode(item + "=" * (-len(item) % 4), b"-_", validate=True) for item in items)
    except (binascii.Error, ValueError):
        raise Malformed("problem") from None
