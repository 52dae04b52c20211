"""Who is credited with a lead, and the chain of rows that proves it."""
