"""A summary as one JSON document, for programs."""

from __future__ import annotations

import msgspec

from outreach_app.report.phrases import EXAMPLE
from outreach_app.report.summary import Summary

FORMAT = "outreach-summary/1"
"""Names the shape of the document; it changes when a field changes its meaning or goes away."""


def render(summary: Summary) -> bytes:
    """UTF-8 JSON: the fields of `Summary` as they are, moments with their local offset (RFC 3339)."""
    document = {"format": FORMAT, **({"notice": EXAMPLE} if summary.is_example else {})}
    fields = {name: getattr(summary, name) for name in Summary.__struct_fields__}
    return msgspec.json.format(msgspec.json.encode({**document, **fields}), indent=2) + b"\n"
