"""The company as the service knows it: its site folder, its members, and the host of each page."""
