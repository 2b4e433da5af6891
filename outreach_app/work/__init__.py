"""What a worker does, one function a verb: start, arrive, save, amend, hand over, look up.

Lives here: use cases on an open desk; each changes the file in one transaction and says what moved.
Never here: the network, windows, printing. A verb never catches a trouble.
Who may come in: `ui`, `cli`, `assembly`.
Start reading: `desk`, then `record`, `shift`, `today`.
"""
