"""An invented quarter for the demo: who signed up, what became of them, and what it cost.

Everything is done by the same use cases as in the service, each at its own moment of the past; no row is inserted here.
The story is the same each time, apart from its dates.
"""
