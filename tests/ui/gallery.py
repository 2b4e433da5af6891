"""Photographs of every part and of the frame, in every look, into `photos/parts/`.

    .venv/bin/python tests/ui/gallery.py            all looks
    .venv/bin/python tests/ui/gallery.py light      those whose name contains a word

Look at each one with your own eyes before you say that a part is done.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

from exhibits import EXHIBITS, LOOKS, SIZES, photograph
from PySide6.QtWidgets import QApplication

from outreach_app.ui.look import Look

FOLDER = Path(__file__).parents[2] / "photos" / "parts"


def main(wanted: list[str]) -> None:
    """Take them."""
    application = QApplication(sys.argv[:1])
    look = Look(application)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for exhibit in EXHIBITS:
        for look_name, wearing in LOOKS.items():
            for size_name, size in SIZES.items():
                name = f"{exhibit.__name__}-{look_name}-{size_name}"
                if all(word in name for word in wanted):
                    photograph(application, look, exhibit, wearing, size, FOLDER / f"{name}.png")
                    print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
