"""A team's laptops that speak the wire and nothing else, and a real server process to speak to.

No record, no store, no sync: whoever tests the server or the shelf needs only keys, headers and bytes.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app.server import admin
from outreach_app.server.engine import Database
from outreach_app.server.settings import default_database
from outreach_app.wire import auth, batch, invite, paths, problems, receipt, roster, seen
from outreach_app.wire.batch import Batch, Preamble
from outreach_app.wire.roster import (
    Device,
    Entry,
    Epoch,
    Founding,
    Grant,
    History,
    Member,
    Role,
    RosterPost,
    SignedEntry,
    Standing,
    Stream,
    Wrap,
)

SINCE = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


@dataclass
class Laptop:
    """Keys, and the end of its chain in each stream."""

    role: Role = Role.WORKER
    id: bytes = field(default_factory=lambda: os.urandom(16))
    member: bytes = field(default_factory=lambda: os.urandom(16))
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    hpke_public: bytes = field(default_factory=lambda: os.urandom(1216))
    chain: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def device(self) -> Device:
        return Device(self.id, self.member, public(self.key), self.hpke_public)

    def seal(self, team: Team, plain: bytes = b"{}", stream: bytes | None = None) -> Sealed:
        """The next batch of its chain."""
        stream = stream or team.stream
        seq, prev = self.chain.get(stream, (0, batch.NOTHING_BEFORE))
        sealed = self.seal_at(team, seq + 1, prev, plain, stream)
        self.chain[stream] = (seq + 1, sealed.id)
        return sealed

    def seal_at(self, team: Team, seq: int, prev: bytes, plain: bytes, stream: bytes) -> Sealed:
        preamble = Preamble(
            team=team.id,
            stream=stream,
            epoch=0,
            device=self.id,
            seq=seq,
            prev=prev,
            salt=os.urandom(32),
            roster=team.signed.hash,
            ops=batch.hash_ops([os.urandom(32)]),
        )
        return Sealed(preamble, batch.seal_batch(team.epoch_key, self.key, preamble, plain))


@dataclass(frozen=True)
class Sealed:
    preamble: Preamble
    batch: Batch

    @property
    def id(self) -> bytes:
        return batch.hash_batch(self.batch.header)

    def encode(self) -> bytes:
        return self.batch.encode()


class Team:
    """A roster that grows, with one `team` stream and one `config` stream."""

    def __init__(self, receipt_public: bytes, lead: Laptop | None = None) -> None:
        self.id = os.urandom(16)
        self.root = Ed25519PrivateKey.generate()
        self.stream, self.config = os.urandom(16), os.urandom(16)
        self.epoch_key = os.urandom(32)
        self.lead = lead or Laptop(Role.LEAD)
        self.laptops: list[Laptop] = [self.lead]
        epochs = (Epoch(0, os.urandom(32), SINCE),)
        self.entry = Entry(
            version=1,
            prev=roster.BEFORE_FIRST,
            team=self.id,
            signed_at=SINCE,
            root_public=public(self.root),
            members=(Member(self.lead.member, Role.LEAD, Standing.ACTIVE),),
            devices=(self.lead.device,),
            streams=(Stream(self.config, "config", epochs), Stream(self.stream, "team", epochs)),
            grants=self._grants([self.lead]),
            receipt_keys=(receipt_public,),
        )
        self.signed = self.sign(self.entry, (roster.fingerprint(public(self.root)), self.root))
        self.history = [self.post]

    def _grants(self, laptops: Sequence[Laptop]) -> tuple[Grant, ...]:
        return tuple(
            Grant(laptop.id, stream, 0, History.ALL)
            for laptop in laptops
            for stream in (self.stream, self.config)
        )

    def sign(self, entry: Entry, *signers: tuple[bytes, Ed25519PrivateKey]) -> SignedEntry:
        return roster.sign_entry(entry, signers)

    @property
    def post(self) -> RosterPost:
        wraps = tuple(
            sorted(
                Wrap(stream.id, 0, device.id, os.urandom(1168))
                for stream in self.entry.streams
                for device in self.entry.devices
            )
        )
        return RosterPost(self.signed.raw, wraps)

    def founding(self, token: str) -> Founding:
        return Founding(token, self.history[0])

    def next_entry(self, laptops: Sequence[Laptop]) -> Entry:
        """The entry in which these laptops, and no others, are in use."""
        members = {member.id: replace(member, standing=Standing.REMOVED) for member in self.entry.members}
        for laptop in laptops:
            members[laptop.member] = Member(laptop.member, laptop.role, Standing.ACTIVE)
        return replace(
            self.entry,
            version=self.entry.version + 1,
            prev=self.signed.hash,
            members=tuple(sorted(members.values())),
            devices=tuple(sorted(laptop.device for laptop in laptops)),
            grants=tuple(sorted(self._grants(laptops))),
        )

    def change(self, laptops: Sequence[Laptop]) -> RosterPost:
        """Sign the next entry as the lead and take it as the newest."""
        self.entry = self.next_entry(laptops)
        self.signed = self.sign(self.entry, (self.lead.id, self.lead.key))
        self.laptops = list(laptops)
        self.history.append(self.post)
        return self.history[-1]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> problems.Report:
        assert self.headers["content-type"] == problems.MEDIA_TYPE, self
        return problems.read_report(self.body, self.status)

    @property
    def code(self) -> str:
        return self.problem.code


class Line:
    """One laptop's connection: sign in once, then call."""

    def __init__(self, url: str, receipt_public: bytes = b"") -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._receipt_public = receipt_public
        self.token: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: object,
    ) -> Answer:
        sent = {"Content-Type": paths.CBOR} if body is not None else {}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        target = f"{path}?{urlencode(query)}" if query else path
        self._connection.request(method, target, body, {**sent, **(headers or {})})
        response = self._connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read())

    def challenge(self) -> bytes:
        return auth.read_challenge(self.call("POST", paths.CHALLENGE, b"").body)

    def answer(self, team: bytes, laptop: Laptop, **changed: object) -> Answer:
        said = auth.Answer(roster.fingerprint(self._receipt_public), team, laptop.id, self.challenge())
        signed = auth.sign_answer(replace(said, **changed), laptop.key)  # type: ignore[arg-type]
        return self.call("POST", paths.RESPONSE, signed)

    def sign_in(self, team: bytes, laptop: Laptop) -> auth.Session:
        answer = self.answer(team, laptop)
        assert answer.status == 200, answer
        session = auth.read_session(answer.body)
        self.token = session.token
        return session

    def put(self, sealed: Sealed) -> Answer:
        path = paths.fill(paths.BATCH, stream=sealed.preamble.stream, batch=sealed.id)
        return self.call("PUT", path, sealed.encode())

    def store(self, sealed: Sealed) -> receipt.Receipt:
        answer = self.put(sealed)
        assert answer.status in (200, 201), answer
        return receipt.read_receipt(answer.body, self._receipt_public)

    def page(self, stream: bytes, **query: object) -> tuple[batch.Delivery, ...]:
        answer = self.call("GET", paths.fill(paths.BATCHES, stream=stream), **query)
        assert answer.status == 200, answer
        return batch.read_page(answer.body)

    def receipts(self, stream: bytes, **query: object) -> list[receipt.Receipt]:
        return [
            receipt.read_receipt(each.receipt, self._receipt_public) for each in self.page(stream, **query)
        ]

    def head(self, stream: bytes) -> receipt.Head:
        answer = self.call("GET", paths.fill(paths.HEAD, stream=stream))
        assert answer.status == 200, answer
        return receipt.read_head(answer.body, self._receipt_public)

    def post_roster(self, team: Team, post: RosterPost) -> Answer:
        return self.call("POST", paths.fill(paths.ROSTER, team=team.id), post.encode())

    def roster(self, team: Team, **query: object) -> tuple[RosterPost, ...]:
        answer = self.call("GET", paths.fill(paths.ROSTER, team=team.id), **query)
        assert answer.status == 200, answer
        return roster.read_posts(answer.body)

    def say_seen(self, said: seen.Seen, laptop: Laptop) -> Answer:
        return self.call("PUT", paths.fill(paths.SEEN, stream=said.stream), seen.sign_seen(said, laptop.key))


class Server:
    """`outreach-server` as an administrator runs it: a process of its own."""

    def __init__(self, data: Path, *, database: str | None = None) -> None:
        self.data = data
        self.database = database or default_database(data)
        self._options = ["--data", str(data), *(["--database", database] if database else [])]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*_PROGRAM, *arguments, *self._options], capture_output=True, text=True, timeout=60, check=False
        )

    def verb(self, *arguments: str) -> dict:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done
        return json.loads(done.stdout)

    def token(self) -> str:
        """A team token, made without starting the program once more."""
        with closing(Database(self.database)) as database:
            made = admin.make_token(database, "a test's team", 7, datetime.now(UTC), os.urandom)
        token: str = made["token"]
        return token

    def init(self) -> Self:
        self.receipt_public = bytes.fromhex(self.verb("init")["receipt_key"])
        return self

    def start(self, *options: str) -> Self:
        log = (self.data / "log").open("a")
        self._process = subprocess.Popen(
            [*_PROGRAM, "serve", "--port", "0", "--json", *options, *self._options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (self.data / "log").read_text()
        self.url = json.loads(line)["url"]
        return self

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """As an administrator would; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._end()

    def sockets(self) -> int:
        """How many sockets the process holds open."""
        assert self._process is not None
        held = Path(f"/proc/{self._process.pid}/fd").iterdir()
        return sum(os.readlink(each).startswith("socket:") for each in held)

    def _end(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        code = self._process.wait(timeout=30)
        self._process.stdout.close()
        self._process = None
        return code

    def close(self) -> None:
        if self._process is not None:
            self.kill()

    def line(self, team: Team | None = None, laptop: Laptop | None = None) -> Line:
        line = Line(self.url, self.receipt_public)
        if team is not None:
            line.sign_in(team.id, laptop or team.lead)
        return line

    def found(self, team: Team | None = None) -> Team:
        """A team with its founder."""
        team = team or Team(self.receipt_public)
        with self.line() as line:
            answer = line.call("POST", paths.TEAMS, team.founding(self.token()).encode())
            assert answer.status == 201, answer
        return team

    def admit(self, team: Team, *laptops: Laptop) -> None:
        """The lead lists more laptops."""
        with self.line(team) as line:
            answer = line.post_roster(team, team.change([*team.laptops, *laptops]))
            assert answer.status == 201, answer

    def remove(self, team: Team, laptop: Laptop) -> None:
        with self.line(team) as line:
            left = [each for each in team.laptops if each is not laptop]
            answer = line.post_roster(team, team.change(left))
            assert answer.status == 201, answer


def join_request(team: Team, laptop: Laptop, secret: bytes, name: str = "Amina") -> bytes:
    keys = invite.derive_keys(secret)
    request = invite.JoinRequest(
        team=team.id,
        invite=keys.id,
        device=laptop.id,
        member=laptop.member,
        sign_public=public(laptop.key),
        hpke_public=laptop.hpke_public,
        sealed_name=invite.seal_name(keys, laptop.member, name, os.urandom(12)),
    )
    return invite.sign_join(request, keys, laptop.key)


def registration(secret: bytes, expires_at: datetime | None = None) -> bytes:
    ends = expires_at or datetime.now(UTC) + timedelta(days=3)
    return invite.InviteRegistration(invite.derive_keys(secret).id, ends).encode()


def narrow_to(post: RosterPost, recipient: bytes) -> RosterPost:
    """The post as one recipient reads it."""
    return replace(post, wraps=tuple(wrap for wrap in post.wraps if wrap.recipient == recipient))


_PROGRAM = [sys.executable, "-m", "outreach_app.server"]
