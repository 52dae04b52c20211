"""For operators and programs: whether the service is alive and ready, its metrics, and its addresses."""
