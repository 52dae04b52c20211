"""Brings the database up to date with a site folder, and exchanges campaigns with it."""
