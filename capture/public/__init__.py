"""What prospects reach."""
