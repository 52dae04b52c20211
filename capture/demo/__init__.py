"""The demo on one machine: sites and service side by side, and a mailbox that shows what would be mailed."""
