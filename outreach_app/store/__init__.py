"""The cupboard: one encrypted file, and everything that speaks SQL.

Lives here: the profile's folder and lock, the database, its frozen migrations, operations, batches, the views
derived from them, search, drafts, the book of bytes, the audit log, backups.
Never here: a clock, randomness, the network, Qt, keys other than the one that opens the file.
Who may come in: `work`, `sync`, `report`, the doors and `assembly`; all of it on the one store lane.
Start reading: `database`, then `oplog`, `views`, `batches`.
"""
