"""The history of the schema: numbered steps, frozen once released, importing nothing that lives.

A step may use only SQL and what is written in it: the living code that fills these tables changes, a step
never does. Each one runs in a transaction together with the note that it ran, and sets `user_version` to
its number, by which a program recognises a file of a newer one. Views (`record`, `link`, `search`) are
derived from `op`; a step that changes them empties them and sets `stale`, and `views.rebuild` fills them.
"""

from __future__ import annotations

from outreach_app.store.engine import Migrations, Tables

VERSION = 1
"""The newest step below."""

_STEPS = Migrations("outreach")

_FIRST = """
create table op (
    number integer primary key,
    id blob not null unique check (length(id) = 32),
    record text not null,
    at integer not null check (at >= 0),
    stream text not null,
    role text not null,
    batch integer references batch (number),
    is_own integer not null check (is_own in (0, 1)),
    is_counted integer not null check (is_counted in (0, 1)),
    raw blob not null
) strict;
create index op_by_record on op (record);
create index op_by_batch on op (batch, at, record);
create index op_own on op (at, record) where is_own = 1;

create table carrier (
    op integer not null references op (number),
    batch integer not null references batch (number),
    role text not null,
    primary key (op, batch)
) strict, without rowid;
create index carrier_by_batch on carrier (batch);

create table batch (
    number integer primary key,
    id blob not null unique check (length(id) = 32),
    stream text not null,
    device blob not null check (length(device) = 16),
    seq integer not null check (seq >= 1),
    prev blob not null check (length(prev) = 32),
    is_own integer not null check (is_own in (0, 1)),
    status text not null check (status in ('counts', 'late', 'before_you')),
    reason text,
    team_seq integer check (team_seq >= 1),
    history blob check (length(history) = 16),
    receipt blob,
    is_verified integer not null check (is_verified in (0, 1)),
    is_seen integer not null check (is_seen in (0, 1)),
    is_joined integer not null check (is_joined in (0, 1)),
    check (receipt is null or (team_seq is not null and history is not null))
) strict;
create index batch_by_device on batch (stream, device, seq);
create index batch_by_place on batch (stream, team_seq);
create index batch_unsent on batch (number) where is_own = 1 and receipt is null;
create index batch_unverified on batch (number) where is_own = 1 and is_verified = 0;
create index batch_unseen on batch (stream, team_seq) where is_own = 1 and is_seen = 0;
create index batch_unjoined on batch (stream, device, seq) where is_joined = 0;
create index batch_parked on batch (number) where reason is not null;

create table sealed (
    batch integer primary key references batch (number),
    header blob not null,
    body blob
) strict;

create table parked_op (
    id blob not null check (length(id) = 32),
    batch integer references batch (number),
    record text,
    reason text not null,
    raw blob,
    primary key (id, reason)
) strict, without rowid;
create index parked_op_by_batch on parked_op (batch);
create index parked_op_by_record on parked_op (record);

create table cursor (
    stream text primary key,
    history blob check (length(history) = 16),
    team_seq integer not null check (team_seq >= 0),
    head blob not null check (length(head) = 32),
    heard_at integer not null check (heard_at >= 0)
) strict, without rowid;

create table seen (
    stream text not null,
    device blob not null check (length(device) = 16),
    history blob not null check (length(history) = 16),
    team_seq integer not null check (team_seq >= 0),
    head blob not null check (length(head) = 32),
    is_lead integer not null check (is_lead in (0, 1)),
    raw blob not null,
    primary key (stream, device)
) strict, without rowid;
create table seen_without (
    stream text not null,
    device blob not null,
    id blob not null check (length(id) = 32),
    primary key (stream, device, id),
    foreign key (stream, device) references seen (stream, device) on delete cascade
) strict, without rowid;

create table draft (
    id text primary key,
    body blob not null,
    updated_at integer not null
) strict, without rowid;

create table book (
    room text not null,
    key text not null,
    value blob not null,
    primary key (room, key)
) strict, without rowid;

create table audit (
    number integer primary key check (number >= 1),
    what text not null,
    at integer not null,
    who text not null,
    about text not null,
    chain blob not null check (length(chain) = 32)
) strict;
create trigger audit_keeps_its_rows before delete on audit
begin select raise(abort, 'the audit log is append-only'); end;
create trigger audit_keeps_its_words before update on audit
begin select raise(abort, 'the audit log is append-only'); end;

create table record (
    number integer primary key,
    id text not null unique,
    kind text not null,
    happened text not null,
    state text not null,
    conflicts integer not null,
    flags integer not null,
    body blob not null
) strict;
create index record_by_time on record (kind, happened, id, state);
create index record_in_conflict on record (id) where conflicts > 0;
create index record_flagged on record (id) where flags > 0;

create table link (
    target text not null,
    kind text not null,
    happened text not null,
    record integer not null,
    is_voided integer not null,
    primary key (target, kind, happened, record)
) strict, without rowid;

create virtual table search using fts5 (
    name, words,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2"
);
"""


@_STEPS(name="0001_first")
def _first(tables: Tables) -> None:
    """Operations, batches, what is derived from them, and what this laptop alone keeps."""
    _run(tables, _FIRST)
    tables.execute("pragma user_version = 1")


def migrate(tables: Tables) -> None:
    """Run the steps that this file has not seen."""
    _STEPS.apply(tables)


def _run(tables: Tables, script: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction they must share."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        is_trigger = statement.lstrip().startswith("create trigger")
        if line.endswith("end;" if is_trigger else ";"):
            tables.execute(statement)
            statement = ""
