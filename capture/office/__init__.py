"""What members and the company's staff reach: their leads, and what waits for them."""
