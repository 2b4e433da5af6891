"""How the tables came to be: frozen steps that import nothing living.

Lives here: one file per step in `versions`, Alembic's entry point in `env`, and `upgrade`.
Never here: today's tables (`schema`); a step says its own columns and is never edited once released.
Who may come in: `admin` and `archive` of this room.
Start reading: `versions`, oldest first.
"""
