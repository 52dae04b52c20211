"""Mails and events on their way: promised in a transaction, held or leased, sent; and who must not be mailed."""
