"""One file for each screen, and what only that screen needs beside it.

Lives here: `Screen` classes and their `ScreenEntry`; they ask verbs of `work` and show what comes back.
Never here: SQL, waiting, a colour, a form made by hand. Screens do not import each other.
Who may come in: `assembly`, which lists them for the window.
Start reading: `screen` (next door), then `log`.
"""
