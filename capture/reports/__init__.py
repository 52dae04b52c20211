"""Results: visits, leads and customers by channel, campaign, page and week, and what they cost."""
