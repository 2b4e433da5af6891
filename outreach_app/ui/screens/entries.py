"""The screens of the window, in the order of the navigation; one that is not listed does not exist."""

from __future__ import annotations

from outreach_app.ui.screen import ScreenEntry
from outreach_app.ui.screens.log import LOG
from outreach_app.ui.screens.summaries import SUMMARIES
from outreach_app.ui.screens.today import TODAY

ENTRIES: list[ScreenEntry] = [TODAY, LOG, SUMMARIES]
