"""Signing up: the form, the page between, and the one transaction that stores it."""
