"""Reads reports of mails that came back (bounces), from mailbox files and from signed requests of mail services."""
