"""Confirming sign-ups, and the rights of prospects: to see, correct and erase their data, and to unsubscribe."""
