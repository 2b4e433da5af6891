"""Street outreach: an offline-first recorder whose server cannot read a word."""

__version__ = "0.1.0"
