"""The same verbs without a window: for scripts, for IT staff, and for the example team.

Lives here: the grammar of `outreach`, reading files, printing answers, the demo.
Never here: Qt, SQL, sockets, rules about records. Nothing is asked back: there are no prompts.
Who may come in: `__main__`.
Start reading: `verbs` (what there is), `command` (one call from words to exit code), `records`.
"""
