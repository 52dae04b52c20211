"""Runs the demo: the company's sites and the capture service on one machine, with sample data, and with a mailbox page
that shows the mails instead of sending them."""
