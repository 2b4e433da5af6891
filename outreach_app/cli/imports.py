"""Taking over what others have drawn, listed or recorded. One bad row, and nothing is taken.

What is here already (the same name and area, the same service) is not taken twice: it is listed
under `refused`, so that a file can be given again after somebody added to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach_app.cli import directory, geojson, reading, records
from outreach_app.cli.call import Answer, Call
from outreach_app.domain.field import Json
from outreach_app.domain.kind import Finding
from outreach_app.domain.kinds import KINDS
from outreach_app.domain.trouble import Trouble
from outreach_app.work.record import Refused

_KNOWN_BY = {"hotspot": ("name", "code", "polygon"), "service": ("name", "phone", "address", "postcode")}


def import_file(call: Call) -> Answer:
    """Import a file of the kind that was named."""
    found = {"hotspots": _hotspots, "services": _services, "records": _records}[call.asked.what](call)
    refused = [
        {"row": one.line, "why": "already here"} for kind, one in found if _is_here(call, kind, one.values)
    ]
    rows = {item["row"] for item in refused}
    fresh = [(kind, one) for kind, one in found if one.line not in rows]
    ids = records.save(call, fresh) if fresh else []
    lines = [f"Imported {len(ids)}.", *(f"Row {item['row']}: {item['why']}." for item in refused)]
    return Answer({"imported": len(ids), "refused": refused}, lines)


def _hotspots(call: Call) -> Sequence[tuple[str, reading.Numbered]]:
    document = reading.value(call.asked.file, call.outside.stdin)
    return [
        ("hotspot", reading.Numbered(number, answers))
        for number, answers in enumerate(geojson.hotspots(document), 1)
    ]


def _services(call: Call) -> Sequence[tuple[str, reading.Numbered]]:
    file = call.asked.file
    text = reading.text(reading.content(file, call.outside.stdin), reading.named(file))
    return [("service", reading.Numbered(row.number, row.values)) for row in directory.services(text)]


def _records(call: Call) -> Sequence[tuple[str, reading.Numbered]]:
    found = []
    for line, values in reading.records(call.asked.file, call.outside.stdin):
        named = values.get("kind")
        if not isinstance(named, str):
            raise Trouble("line-without-kind", line=line)
        if named not in KINDS:
            raise Refused(
                [Finding("refuse", "kind", "kind-unknown", "There is no such kind of record.")], line
            )
        answers = {name: value for name, value in values.items() if name != "kind"}
        found.append((named, reading.Numbered(line, answers)))
    return found


def _is_here(call: Call, kind: str, values: Mapping[str, Json]) -> bool:
    known_by = _KNOWN_BY.get(kind)
    if known_by is None or call.asked.what == "records":
        return False
    canonical, findings = KINDS[kind].check(values)
    if any(one.level == "refuse" for one in findings):
        return False
    return any(
        all(one.get(field) == canonical.get(field) for field in known_by)
        for one in call.desk.records.find(kind)
    )
