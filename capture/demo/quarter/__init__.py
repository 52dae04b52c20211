"""The demo's sample data: an invented quarter of sign-ups, follow-ups, campaigns and visits.

All of it is made by the service's own use cases, each at its own moment in the past; no row is inserted here. The
events are the same each time, apart from their dates.
"""
