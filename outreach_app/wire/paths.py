"""Where each call lives; ids are lower-case hexadecimal.

One place for both sides: the server's routes use the templates, the laptop fills them.
"""

from __future__ import annotations

from outreach_app.wire import limits

CBOR = "application/cbor"
PROTOCOL_HEADER = "Outreach-Protocol"
PROTOCOL = str(limits.PROTOCOL)

SERVER = "/v1/server"
TEAMS = "/v1/teams"
ROSTER = "/v1/teams/{team}/roster"
INVITES = "/v1/teams/{team}/invites"
JOINS = "/v1/teams/{team}/joins"
JOIN = "/v1/teams/{team}/joins/{invite}"
CHALLENGE = "/v1/auth/challenge"
RESPONSE = "/v1/auth/response"
BATCHES = "/v1/streams/{stream}/batches"
BATCH = "/v1/streams/{stream}/batches/{batch}"
HEAD = "/v1/streams/{stream}/head"
SEEN = "/v1/streams/{stream}/seen"


def fill(template: str, **ids: bytes) -> str:
    """The path with its ids: `fill(BATCH, stream=..., batch=...)`."""
    return template.format(**{name: id.hex() for name, id in ids.items()})
