"""For operators and programs: is the service alive and ready, what has it counted, which addresses it has."""
