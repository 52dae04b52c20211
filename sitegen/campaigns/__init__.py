"""Campaigns as typed rows, and an index that tells whose they are."""
