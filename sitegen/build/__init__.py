"""Building: check everything, then write what is new, then remove what is gone; nothing else writes."""
