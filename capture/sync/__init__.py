"""Loads the roster, page addresses and consent wordings of a site folder into the database, and exchanges campaigns
between the folder and the database."""
