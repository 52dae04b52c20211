"""What members and staff do with leads: come in, look through, follow up, bring in from lists, take out."""
