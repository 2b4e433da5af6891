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
from outreach_app.domain.trouble import Bug
from outreach_app.report.blocks import Page, Words
from outreach_app.report.page import lay_out
from outreach_app.report.phrases import breakable, plain
from outreach_app.report.summary import Summary

_UNDRAWN = re.compile(r"the text `(\"(?:[^\"\\]|\\.)*\")` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_BOX = "□"
_BOX_WITHOUT_FONTS = "?"
_ROUNDS = 8


def render(summary: Summary) -> bytes:
    """The PDF of a summary."""
    return _draw(summary)[1]


def render_pages(summary: Summary, ppi: float = 144.0) -> list[bytes]:
    """PNG pictures of the same pages, one for each, as the PDF will print them."""
    drawable, _ = _draw(summary)
    drawn = _compiler().compile(format="png", ppi=ppi, sys_inputs=drawable)
    return drawn if isinstance(drawn, list) else [drawn]


def _draw(summary: Summary) -> tuple[dict[str, str], bytes]:
    """The PDF, and the template's input as it could be drawn.

    PDF/UA forbids a character that no font can draw, and a young person's words may hold any. Typst
    names those characters (a base with what is joined to it); they become a box, and a sentence on the
    page says so.
    """
    import typst

    page = lay_out(summary)
    undrawn: set[str] = set()
    for _ in range(_ROUNDS):
        drawable = _input(page, undrawn)
        try:
            pdf = _compiler().compile(
                format="pdf",
                sys_inputs=drawable,
                pdf_standards=["ua-1"],
                timestamp=int(summary.trail.made_at.timestamp()),
            )
        except typst.TypstError as error:
            found = {_unescape(text) for text in _UNDRAWN.findall(error.diagnostic)}
            if not found - undrawn:
                raise
            undrawn |= found
        else:
            return drawable, pdf
    raise Bug("a page that keeps naming new characters")


def _input(page: Page, undrawn: set[str]) -> dict[str, str]:
    """The page as `sys.inputs` of the template: clean text, long words breakable, no undrawn characters."""
    box = _BOX_WITHOUT_FONTS if _BOX in undrawn else _BOX
    if undrawn:
        note = f"{box} stands for signs that no font of this computer can draw; the other formats have them."
        page = msgspec.structs.replace(
            page, blocks=(page.blocks[0], Words(text=note, is_quiet=True), *page.blocks[1:])
        )
    longest_first = sorted(map(re.escape, undrawn), key=len, reverse=True)
    boxes = re.compile(f"(?:{'|'.join(longest_first)})+") if undrawn else None

    def cleaned(part: Any) -> Any:
        if isinstance(part, str):
            text = breakable(plain(part))
            return boxes.sub(box, text) if boxes else text
        if isinstance(part, dict):
            return {name: cleaned(value) for name, value in part.items()}
        return [cleaned(one) for one in part] if isinstance(part, list | tuple) else part

    return {"page": msgspec.json.encode(cleaned(msgspec.to_builtins(page))).decode()}


def _unescape(quoted: str) -> str:
    """The characters of a text as Typst quotes it in an error."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted[1:-1])


@cache
def _compiler() -> Any:
    """Typst with the template loaded; made once, since it looks for the computer's fonts as it starts."""
    import typst

    return typst.Compiler(str(resources.path("report", "summary.typ")), root=str(resources.ROOT))
