"""A desk's line to its server, for the verbs that use the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from outreach_app.cli.call import Outside
from outreach_app.store.membership import Membership
from outreach_app.sync.line import Laptop
from outreach_app.sync.post import Post
from outreach_app.work.door import Opened


@contextmanager
def online(opened: Opened, me: Membership, outside: Outside) -> Iterator[Laptop]:
    """A laptop as sync wants it; here everything runs on one thread, one step after another."""
    with closing(Post(me.server)) as post:
        yield Laptop(lambda verb: verb(opened.db), post, outside.clock, outside.randomness)
