"""Signing up: the form, the page with one more button for browsers without scripts, and storing the sign-up."""
