"""Creates the demo's sample data: an invented quarter (three months) of sign-ups, follow-ups, campaigns and visits.

The data are created by the same functions as in the running service, each called with a moment in the past; no table
row is inserted directly. The events are the same each time, apart from their dates.
"""
