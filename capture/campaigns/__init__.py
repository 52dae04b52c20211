"""Campaigns: codes, landing addresses, QR codes, flyers, and what was spent on them."""
