"""Summaries for their readers: counted once, written as PDF, Excel, CSV and JSON.

Lives here: what a summary holds (`summary`), how it is counted (`shift_summary`), its tables and its
page, and one renderer for each format.
Never here: a counting rule (those are `domain.counting`), SQL, Qt, the clock.
Who may come in: the command line, the window, assembly.
Start reading: `summary`, then `shift_summary`, `tables`, `page`, `export`.
"""
