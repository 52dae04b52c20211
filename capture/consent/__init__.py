"""What prospects confirm, and their rights: to see, correct and erase their data, and to unsubscribe."""
