"""A desk's line to its server, for the verbs that use the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from outreach_app.cli.call import Outside
from outreach_app.domain.trouble import Trouble
from outreach_app.store.membership import Membership
from outreach_app.sync.line import Laptop
from outreach_app.sync.post import Answered, Post
from outreach_app.work.door import Opened


@contextmanager
def online(opened: Opened, me: Membership, outside: Outside) -> Iterator[Laptop]:
    """A laptop as sync wants it; here everything runs on one thread, one step after another."""
    with closing(Post(me.server)) as post, refusals():
        yield Laptop(lambda verb: verb(opened.db), post, outside.clock, outside.randomness)


@contextmanager
def refusals() -> Iterator[None]:
    """A problem of the server that nobody below had words for becomes a trouble."""
    try:
        yield
    except Answered as answered:
        report = answered.report
        raise Trouble("server-refused", problem=report.code, status=report.status) from None
