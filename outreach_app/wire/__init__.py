"""What goes on the wire: exact bytes, their signatures, sizes and problem codes.

Lives here: deterministic CBOR, COSE envelopes, batch, roster, invite, receipt, seen, auth, problems, limits.
Never here: what an engagement is, who may do what, a socket, a file, a clock, anything else of ours.
Who may come in: every room; the server shares nothing with the laptop but this.
Start reading: `limits`, `cbor`, `envelope`, then `batch` and `roster`;
`docs/format.md` says the same in prose.
"""
