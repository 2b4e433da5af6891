"""Lists and tables: rows in, roles out.

Lives here: models over frozen rows, the delegates that draw them, the views that announce them.
Never here: a query, a verb, a widget per row.
Who may come in: screens and the frame.
Start reading: `row_list`, then `timeline` and `grid`.
"""
