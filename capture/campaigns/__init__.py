"""Campaigns (a radio spot, a flyer, an event): their codes, landing pages, QR codes, flyers and spend."""
