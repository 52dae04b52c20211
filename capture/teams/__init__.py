"""Shows members totals about their team: the people whom they sponsored, and those below them."""
