"""Where a file of `resources/` is: in a checkout, in an installed wheel and in a frozen build.

A wheel and a frozen build carry the folder as `outreach_app/files/`; a checkout has it beside the
package. Nothing else in the program may know this.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "files"
ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent / "resources"


def path(*parts: str) -> Path:
    """The file or folder `resources/<parts...>`; FileNotFoundError if the program was shipped without it."""
    found = ROOT.joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(f"resources/{'/'.join(parts)} was not shipped with this program")
    return found


def text(*parts: str) -> str:
    """The words of `resources/<parts...>`, read as UTF-8."""
    return path(*parts).read_text(encoding="utf-8")
