"""Takes reports of bounces from a mail server of this machine by LMTP (RFC 2033), as they come."""
