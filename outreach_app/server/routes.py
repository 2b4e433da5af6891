"""The calls, one method each: take the request apart, check it, ask the shelf, answer in bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from outreach_app.server import gate, intake
from outreach_app.server.devices import Sessions
from outreach_app.server.gate import Bell, Buckets, Meter
from outreach_app.server.identity import Identity
from outreach_app.server.refusal import Refusal
from outreach_app.server.settings import Settings
from outreach_app.server.shelf import Caller, Item, Shelf
from outreach_app.wire import auth, batch, card, cbor, invite, limits, paths, receipt, roster, seen
from outreach_app.wire.problems import Malformed

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doors:
    """What limits how often one may knock."""

    strangers: Buckets
    devices: Buckets
    teams: Buckets


@dataclass(frozen=True, slots=True)
class Calls:
    """Every call of the protocol, over one shelf."""

    settings: Settings
    version: str
    identity: Identity
    shelf: Shelf
    sessions: Sessions
    doors: Doors
    bell: Bell
    meter: Meter
    now: Callable[[], datetime]
    ticks: Callable[[], float]

    # -------------------------------------------------------------------------------------- about itself

    async def server(self, request: Request) -> Response:
        """Name, versions, limits, receipt keys and time."""
        self._meet_stranger(request)
        about = card.Card(
            name=self.settings.name,
            version=self.version,
            protocols=(limits.PROTOCOL,),
            receipt_keys=(self.identity.public,),
            now_at=self.now(),
        )
        return Response(about.encode(), media_type="application/json")

    async def healthz(self) -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n")

    async def readyz(self) -> Response:
        """The database answers too."""
        if self.bell.is_closing or not await run_in_threadpool(self.shelf.is_ready):
            raise Refusal("busy", retry_after=2)
        return PlainTextResponse("ready\n")

    async def metrics(self) -> Response:
        """Figures without ids."""
        return PlainTextResponse(self.meter.render(), media_type="text/plain; version=0.0.4")

    # ------------------------------------------------------------------------------------ teams and roster

    async def found(self, request: Request) -> Response:
        """Found a team with a one-time token."""
        self._meet_stranger(request)
        return _done(await self._ask(self._found, await self._body(request, limits.FOUNDING)))

    def _found(self, raw: bytes) -> bool:
        founding = roster.read_founding(raw)
        posting = intake.read_posting(founding.post)
        intake.check_founding(posting, self.identity.public)
        # People type and paste tokens; case and blanks at the ends carry nothing.
        token_hash = hashlib.sha256(founding.token.strip().lower().encode()).digest()
        return self.shelf.found(token_hash, posting, self.now())

    async def roster(self, request: Request, team: str) -> Response:
        """Entries after `after`, with this device's wraps, or with every wrap (`wraps=all`)."""
        caller = self._meet_device(request, team)
        after = _count(request, "after", 0)
        is_whole = request.query_params.get("wraps") == "all"
        posts = await self._ask(self.shelf.roster_after, caller, after, is_whole=is_whole)
        return _cbor(roster.encode_posts(posts))

    async def extend(self, request: Request, team: str) -> Response:
        """The next entry with all its wraps; the root's signature opens without a session."""
        caller, cap = None, limits.ROSTER_POST_BY_ROOT
        if "authorization" in request.headers:
            caller, cap = self._meet_device(request, team), limits.ROSTER_POST
        else:
            self._meet_stranger(request)
        return _done(await self._ask(self._extend, _id(team), caller, await self._body(request, cap)))

    def _extend(self, team: bytes, caller: Caller | None, raw: bytes) -> bool:
        posting = intake.read_posting(roster.read_post(raw))
        return self.shelf.extend(team, caller, posting, self.now())

    # ------------------------------------------------------------------------------------ invites and joins

    async def register_invite(self, request: Request, team: str) -> Response:
        """Make an invite id known."""
        caller = self._meet_device(request, team)
        registration = invite.read_registration(await self._body(request, limits.SMALL_BODY))
        now = self.now()
        if not now < registration.expires_at <= now + timedelta(days=limits.INVITE_DAYS):
            raise Malformed("expiry")
        await self._ask(self.shelf.register_invite, caller, registration, now)
        return _done(is_new=True)

    async def join(self, request: Request, team: str) -> Response:
        """One request under a registered invite."""
        self._meet_stranger(request)
        signed = invite.read_join(await self._body(request, limits.JOIN))
        if signed.request.team != _id(team):
            raise Malformed("address")
        signed.verify_self()
        return _done(await self._ask(self.shelf.join, signed, self.now()))

    async def joins(self, request: Request, team: str) -> Response:
        """Requests that wait, for whoever may admit."""
        caller = self._meet_device(request, team)
        return _cbor(invite.encode_joins(await self._ask(self.shelf.waiting_joins, caller)))

    async def join_state(self, request: Request, team: str, invite_id: str) -> Response:
        """How a request stands, for the laptop that made it."""
        caller = self._meet_device(request, team)
        state = await self._ask(self.shelf.join_state, caller, _id(invite_id), self.now())
        return _cbor(invite.encode_join_state(state))

    # --------------------------------------------------------------------------------------------- sessions

    async def challenge(self, request: Request) -> Response:
        """Something to sign."""
        self._meet_stranger(request)
        return _cbor(auth.encode_challenge(self.sessions.challenge(self.now())))

    async def respond(self, request: Request) -> Response:
        """A signed challenge for a token."""
        self._meet_stranger(request)
        signed = auth.read_answer(await self._body(request, limits.SMALL_BODY))
        session = await self._ask(self.sessions.open, signed, self.now())
        return _cbor(auth.encode_session(session))

    # ---------------------------------------------------------------------------------------------- batches

    async def put_batch(self, request: Request, stream: str, batch_id: str) -> Response:
        """Store a batch; every success carries the signed receipt."""
        caller = self._meet_device(request)
        raw = await self._body(request, limits.BATCH_HARD)
        arrival = intake.read_arrival(raw, _id(stream), _id(batch_id, limits.HASH))
        signed, team_seq, is_new = await self._ask(self._store, caller, arrival)
        if is_new:
            self.meter.stored += 1
            self.meter.stored_bytes += len(raw)
            self.bell.ring(arrival.header.preamble.stream, team_seq)
        else:
            self.meter.receipted_again += 1
        return _cbor(signed, 201 if is_new else 200)

    def _store(self, caller: Caller, arrival: intake.Arrival) -> tuple[bytes, int, bool]:
        arrival.header.verify(self.shelf.author_key(caller, arrival))
        stored = self.shelf.store(caller, arrival, self.now())
        signed = receipt.sign_receipt(self.identity.receipt_key, stored.receipt)
        return signed, stored.receipt.team_seq, stored.is_new

    async def batches(self, request: Request, stream: str) -> Response:
        """A page after a cursor; with `wait`, held back until there is something or the time is over."""
        caller = self._meet_device(request)
        wanted = _id(stream)
        after = _count(request, "after", 0)
        limit = max(1, min(_count(request, "limit", limits.PAGE_BATCHES), limits.PAGE_BATCHES))
        history = request.query_params.get("history")
        known = None if history is None else _id(history)
        wait = min(float(_count(request, "wait", 0)), self.settings.long_poll_seconds)
        ends = self.ticks() + wait
        while True:
            items = await self._ask(self.shelf.page, caller, wanted, after, limit, known)
            left = ends - self.ticks()
            if items or left <= 0 or self.bell.is_closing or await request.is_disconnected():
                return _cbor(await self._ask(self._page, items))
            self.meter.waiting += 1
            try:
                await self.bell.wait(wanted, after, left)
            finally:
                self.meter.waiting -= 1

    def _page(self, items: tuple[Item, ...]) -> bytes:
        key = self.identity.receipt_key
        return batch.encode_page(
            [
                batch.Delivery(
                    item.receipt.team_seq, item.header, item.body, receipt.sign_receipt(key, item.receipt)
                )
                for item in items
            ]
        )

    async def head(self, request: Request, stream: str) -> Response:
        """The signed end of a stream."""
        caller = self._meet_device(request)
        head = await self._ask(self.shelf.head, caller, _id(stream))
        return _cbor(receipt.sign_head(self.identity.receipt_key, head))

    # ------------------------------------------------------------------------------------------------- seen

    async def put_seen(self, request: Request, stream: str) -> Response:
        """Replace this device's statement."""
        caller = self._meet_device(request)
        signed = seen.read_seen(await self._body(request, limits.SEEN))
        if signed.seen.stream != _id(stream):
            raise Malformed("address")
        await self._ask(self._keep_seen, caller, signed)
        return _done(is_new=True)

    def _keep_seen(self, caller: Caller, signed: seen.SignedSeen) -> None:
        standing = self.shelf.standing(caller)
        if standing is None:
            raise Refusal("device-unknown")
        signed.verify(standing.sign_public)
        self.shelf.keep_seen(caller, signed, self.now())

    async def all_seen(self, request: Request, stream: str) -> Response:
        """What every device said last."""
        caller = self._meet_device(request)
        return _cbor(seen.encode_all_seen(await self._ask(self.shelf.all_seen, caller, _id(stream))))

    # ---------------------------------------------------------------------------------------------- the door

    def _meet_stranger(self, request: Request) -> None:
        gate.check_protocol(request)
        self.doors.strangers.take(request.client.host if request.client else "")

    def _meet_device(self, request: Request, team: str | None = None) -> Caller:
        gate.check_protocol(request)
        caller = self.sessions.read(request.headers.get("authorization"), self.now())
        if team is not None and _id(team) != caller.team:
            raise Refusal("not-entitled")
        self.doors.devices.take(caller)
        self.doors.teams.take(caller.team)
        return caller

    async def _body(self, request: Request, cap: int) -> bytes:
        return await gate.read_body(request, cap, self.settings.stall_seconds)

    async def _ask(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what waits for the disk outside the loop."""
        return await run_in_threadpool(verb, *args, **kwargs)


def _id(text: str, size: int = limits.ID) -> bytes:
    """Bytes of an id in an address; anything but its one spelling is no address of ours."""
    try:
        id = bytes.fromhex(text)
    except ValueError:
        raise Refusal("not-found") from None
    if len(id) != size or id.hex() != text:
        raise Refusal("not-found")
    return id


def _count(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > limits.COUNT:
        raise Malformed(name)
    return int(text)


def _cbor(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type=paths.CBOR)


def _done(is_new: bool) -> Response:
    return _cbor(cbor.encode({}), 201 if is_new else 200)
