"""The central server: small, blind, append-only.

Lives here: who may knock, what is put on the shelf in which order, receipts, probes, administration.
Never here: a record, a name, a key that opens a body; nothing of ours but `wire` and `resources`.
Who may come in: nobody; it is a program of its own (`outreach-server`), and laptops speak HTTP to it.
Start reading: `routes` (the calls), then `intake` (what is checked), `shelf` (what is kept).
"""
