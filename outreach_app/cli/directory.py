"""Services out of a CSV file, as a spreadsheet or a directory of services writes it.

The header names fields of a service, in any order and case, or their labels, or what Open Referral
(HSDS 3) and common spreadsheets call them. Rows are counted as spreadsheets count them: the header
is row 1.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from outreach_app.domain.codes import CodeList
from outreach_app.domain.field import Choice, Choices, Field, Json, Number
from outreach_app.domain.place import SERVICE
from outreach_app.domain.trouble import Trouble


class Row(NamedTuple):
    """Answers for one service, and the row they came from."""

    number: int
    values: dict[str, Json]


_ALSO_CALLED = {
    "name": ("service", "service name", "service_name", "organisation", "organization"),
    "types": ("type", "taxonomy", "taxonomy_term", "category", "categories", "service_type"),
    "phone": ("telephone", "tel", "phone number", "phone_number"),
    "email": ("e-mail", "email address", "mail"),
    "web": ("url", "website", "web site", "link"),
    "address": ("address_1", "address1", "street", "location"),
    "postcode": ("post code", "postal_code", "postal code"),
    "hours": ("opening times", "open", "schedule", "opening_hours"),
    "min_age": ("minimum_age", "minimum age", "age from"),
    "max_age": ("maximum_age", "maximum age", "age to"),
    "languages": ("language",),
    "access": ("accessibility", "accessibility_description"),
    "how_to_apply": ("application_process", "referral", "how to refer", "eligibility"),
    "status": (),
    "alert": ("alerts", "warning"),
    "assured_on": ("assured_date", "last verified", "checked", "last_verified"),
}
_SEPARATORS = ",;\t"
_BETWEEN_CODES = re.compile(r"\s*[;|/]\s*")


def services(text: str) -> list[Row]:
    """Answers for a service for each row, empty rows left out.

    Raises Trouble `csv-unreadable`, `csv-columns-missing`, `csv-column-unknown`, `csv-column-twice`,
    `csv-row-long`, `csv-empty`; whether an answer fits is for the rules of a service to say.
    """
    rows = _rows(text)
    fields = _header(rows[0])
    found = [
        Row(number, _answers(fields, cells, number))
        for number, cells in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in cells)
    ]
    if not found:
        raise Trouble("csv-empty")
    return found


def _rows(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
    except csv.Error:
        raise Trouble("csv-unreadable", row=len(rows) + 1) from None
    if not rows:
        raise Trouble("csv-empty")
    return rows


def _header(cells: Sequence[str]) -> list[str | None]:
    """The field of each column; None for a column without a heading."""
    known = {
        name.casefold(): field
        for field, described in SERVICE.fields.items()
        for name in (field, field.replace("_", " "), described.label, *_ALSO_CALLED.get(field, ()))
    }
    fields: list[str | None] = []
    for place, cell in enumerate(cells, 1):
        heading = cell.strip().casefold()
        if heading and heading not in known:
            raise Trouble("csv-column-unknown", column=place, columns=", ".join(SERVICE.fields))
        if heading and known[heading] in fields:
            raise Trouble("csv-column-twice", field=known[heading])
        fields.append(known[heading] if heading else None)
    missing = [field for field in SERVICE.required if field not in fields]
    if missing:
        raise Trouble("csv-columns-missing", columns=", ".join(missing))
    return fields


def _answers(fields: Sequence[str | None], cells: Sequence[str], row: int) -> dict[str, Json]:
    if any(cell.strip() for cell in cells[len(fields) :]):
        raise Trouble("csv-row-long", row=row, columns=len(fields))
    answers: dict[str, Json] = {}
    for name, cell in zip(fields, cells, strict=False):
        if name is not None and cell.strip():
            answers[name] = _answer(SERVICE.fields[name], cell.strip())
    return answers


def _answer(field: Field, cell: str) -> Json:
    """A cell as the field's JSON; what does not fit stays text, so that the field's own check says so."""
    match field:
        case Number():
            return int(cell) if re.fullmatch(r"\d{1,9}", cell) else cell
        case Choices():
            codes = _codes(field.codes)
            parts = [part for part in _BETWEEN_CODES.split(cell) if part]
            return [code for part in parts for code in _each(codes, part)]
        case Choice():
            return _codes(field.codes).get(cell.casefold(), cell)
        case _:
            return cell


def _codes(offered: CodeList) -> dict[str, str | int]:
    """Stored values and labels, in small letters, to stored values."""
    return {name.casefold(): one.value for one in offered for name in (str(one.value), one.label)}


def _each(codes: Mapping[str, str | int], part: str) -> list[str | int]:
    """One code or label, which may hold a comma ("Doctor, dentist"), or several with commas between."""
    whole = codes.get(part.casefold())
    if whole is not None:
        return [whole]
    return [codes.get(one.strip().casefold(), one.strip()) for one in part.split(",") if one.strip()]
