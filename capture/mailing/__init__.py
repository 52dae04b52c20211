"""Writes mails, stores them in the outbox, and sends them, as well as events for another program; keeps the list of
addresses that must not be mailed."""
