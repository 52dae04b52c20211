"""The office's page "Results": visits, leads, customers and costs, by channel, campaign, page and week."""
