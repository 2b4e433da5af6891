"""What workers say: record kinds, code lists, rules, operations, merge, counting.

Lives here: the one declaration of each record kind and everything pure that follows from it.
Never here: a clock, randomness, a file, a socket, SQL, Qt.
Who may come in: every room but `wire` and `server`.
Start reading: `engagement`, then `field`, `kind`, `operation`, `merge`.
"""
