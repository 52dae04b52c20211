"""Mails that came back: read from mailboxes and from signed requests of mail services."""
