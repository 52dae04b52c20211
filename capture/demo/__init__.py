"""The demo: sites and service on one machine, with sample data, and a mailbox that shows the mails."""
