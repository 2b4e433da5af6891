"""Keys: who may open this laptop's file, who wrote a batch, who may read a stream.

Lives here: the vault's slots, the one door to the key ring, the device's own keys, epoch keys wrapped for
others, the printed sheets, the words that people compare, and the verified roster.
Never here: a record, a socket, the encrypted file itself, a clock or a global source of chance.
Who may come in: work, sync, cli, ui and assembly; `store` stands beside it and only ever sees a `Dbk`.
Start reading: `slots` (opening a laptop), then `identity`, `wraps` and `roster_book` (belonging to a team).
"""
