"""The window: everything that needs Qt, and nothing that does not.

Lives here: the look, the frame, its parts and tables, screens, and the lanes work runs on.
Never here: SQL, sockets, keys, rules about records; a colour or size outside `look`.
Who may come in: `assembly` alone.
Start reading: `window`, then `operation`, `look`, `parts`.
"""
