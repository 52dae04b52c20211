"""Runs the capture service: the server, its connections, the mail worker and backups."""
