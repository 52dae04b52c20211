"""Loads a site folder into the database, and exchanges campaigns between the two."""
