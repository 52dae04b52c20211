"""What only a real browser, or real processes, can prove."""
