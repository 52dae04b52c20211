"""Running the service: the server, its connections, the mail worker, backups."""
