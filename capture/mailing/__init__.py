"""Mails and events: added to the outbox in a transaction, held or leased, sent; and the addresses not to be mailed."""
