"""Shares work among several processes."""
