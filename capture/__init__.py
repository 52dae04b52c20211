"""Espalier's capture service: every sign-up is kept, and credited to the member whose page earned it."""
