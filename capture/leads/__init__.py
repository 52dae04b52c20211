"""A lead and its follow-up: today, the list, one lead with its history, stages, notes, days."""
