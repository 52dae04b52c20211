"""Pages on request: for a person who edits the site, and for visitors."""
