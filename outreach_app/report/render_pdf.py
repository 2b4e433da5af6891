"""A summary as a tagged, accessible PDF (PDF/UA-1, ISO 14289-1), and as pictures of its pages.

Typst lays the page out; the template and its colours lie in `resources/`. Nothing is fetched and no
clock is read: the same summary on the same computer gives the same bytes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from outreach_app import resources
from outreach_app.report.blocks import Page, Words
from outreach_app.report.page import lay_out
from outreach_app.report.summary import Summary

_UNDRAWN = re.compile(r"the text `(\"(?:[^\"\\]|\\.)*\")` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_BOX = "□"
_ROUNDS = 8


def render(summary: Summary) -> bytes:
    """The PDF of a summary."""
    return _draw(lay_out(summary), summary)[1]


def render_pages(summary: Summary, ppi: float = 144.0) -> list[bytes]:
    """PNG pictures of the same pages, one for each, as the PDF will print them."""
    page, _ = _draw(lay_out(summary), summary)
    drawn = _compiler().compile(format="png", ppi=ppi, sys_inputs=_inputs(page))
    return drawn if isinstance(drawn, list) else [drawn]


def _draw(page: Page, summary: Summary) -> tuple[Page, bytes]:
    """The PDF, and the page as it could be drawn.

    PDF/UA forbids a character that no font can draw, and a young person's words may hold any. Typst
    names those characters; they become a box, and a sentence on the page says so.
    """
    import typst

    undrawn: set[str] = set()
    for _ in range(_ROUNDS):
        drawable = _boxed(page, undrawn)
        try:
            pdf = _compiler().compile(
                format="pdf",
                sys_inputs=_inputs(drawable),
                pdf_standards=["ua-1"],
                timestamp=int(summary.trail.made_at.timestamp()),
            )
        except typst.TypstError as error:
            found = {letter for text in _UNDRAWN.findall(error.diagnostic) for letter in _unescape(text)}
            if not found - undrawn:
                raise
            undrawn |= found
        else:
            return drawable, pdf
    raise AssertionError("a page that keeps naming new characters")


def _boxed(page: Page, undrawn: set[str]) -> Page:
    if not undrawn:
        return page
    text = msgspec.json.encode(page).decode()
    for letter in undrawn:
        text = text.replace(letter, _BOX)
    boxed = msgspec.json.decode(text, type=Page)
    note = f"{_BOX} stands for a sign that no font of this computer can draw; the other formats have it."
    return msgspec.structs.replace(boxed, blocks=(*boxed.blocks, Words(text=note, is_quiet=True)))


def _unescape(quoted: str) -> str:
    """The characters of a text as Typst quotes it in an error."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted[1:-1])


def _inputs(page: Page) -> dict[str, str]:
    return {"page": msgspec.json.encode(page).decode()}


@cache
def _compiler() -> Any:
    """Typst with the template loaded; made once, since it looks for the computer's fonts as it starts."""
    import typst

    return typst.Compiler(str(resources.path("report", "summary.typ")), root=str(resources.ROOT))
