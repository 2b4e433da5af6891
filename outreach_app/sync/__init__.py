"""Carrying: sealed batches out and in, one round at a time, and how a laptop joins a team.

Lives here: what goes into a batch, what is believed of one that arrives, the plan of a round, the
pace of trying again, and the only HTTP session of the program (`post`).
Never here: SQL, keys' internals, windows. Nothing is called "on server" without a signed receipt.
Who may come in: `ui`, `cli`, `assembly`.
Start reading: `round`, then `content`, `intake`, `post`, `enrol`, `admission`.
"""
