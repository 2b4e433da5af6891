"""Every number both sides must agree on.

A laptop refuses at save or seal what the server would refuse at the door, so that nothing is
written that cannot be sent. Sizes are bytes, ages are seconds unless the name says otherwise.
"""

from __future__ import annotations

PROTOCOL = 1

# Ids and keys.
ID = 16
HASH = 32
SALT = 32
SIGN_PUBLIC = 32
SIGNATURE = 64
HPKE_PUBLIC = 1184 + 32
SECRET = 16

# Batches. A batch is sealed below BATCH; the server takes up to BATCH_HARD so that a larger one
# sealed by a later version is not stuck for ever.
BATCH = 256 * 1024
BATCH_HARD = 1024 * 1024
BATCH_OPS = 100
BATCH_PLAIN = 8 * 1024 * 1024
OP = 200 * 1024
PAD_FROM = 1024
HEADER = 4096
SEALED_LANE_KEY = 2048

# Pages.
PAGE_BATCHES = 200
PAGE = 1024 * 1024
PAGE_HARD = PAGE + BATCH_HARD + HEADER
LONG_POLL_SECONDS = 25

# Roster.
ROSTER_ENTRY = 1024 * 1024
ROSTER_POST = 8 * 1024 * 1024
ROSTER_PAGE_ENTRIES = 200
ROSTER_PAGE = ROSTER_POST
ROSTER_PAGE_HARD = ROSTER_PAGE + ROSTER_POST + 64
# What a stranger may ask the server to read: a first entry, and one that only the root has signed.
FOUNDING = 256 * 1024
ROSTER_POST_BY_ROOT = 1024 * 1024
ROSTER_SIGNERS = 8
ROSTER_WRAPS = 5_000
SEALED_KEY = 4096
MEMBERS = 2_000
DEVICES = 2_000
STREAMS = 16
EPOCHS = 1_000
GRANTS = DEVICES * 4
RECOVERY_KEYS = 12
RECEIPT_KEYS = 8
PINS = 8_000
STREAM_NAME = 32

# Invites and joins.
SERVER_URL = 512
INVITE_TEXT = 4096
JOIN = 8 * 1024
JOINS_PAGE = 256 * 1024
NAME_CHARACTERS = 100
SEALED_NAME = 1024
INVITE_DAYS = 60
TEAM_TOKEN = 128

# Seen, auth, small bodies.
SEEN = 64 * 1024
SEEN_PAGE = 8 * 1024 * 1024
SEALED_PARKED = 16 * 1024
DAMAGED = 512
CHALLENGE = 128
CHALLENGE_SECONDS = 60
TOKEN = 512
TOKEN_SECONDS = 600
SMALL_BODY = 4096
RECEIPT = 1024
HISTORY_CHANGES = 64

# The largest integer used for counters and milliseconds: fits SQLite, PostgreSQL and JSON.
COUNT = 2**53 - 1
