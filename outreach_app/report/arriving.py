"""What may still come, for the completeness of a summary."""

from __future__ import annotations

from outreach_app.report.summary import Arrivals
from outreach_app.store import batches
from outreach_app.store.database import Database


def arrivals(db: Database) -> Arrivals:
    """What this laptop's shelf of batches knows: own records that wait, places missing, batches parked."""
    truths = batches.truths(db)
    missing = sum(max(0, gap.before - gap.after - 1) for gap in batches.gaps(db))
    return Arrivals(waiting=truths.waiting, missing=missing, parked=truths.parked)
