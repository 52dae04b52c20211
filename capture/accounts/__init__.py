"""Signing in by a mailed link, for members and the company's staff, and what each person may see."""
