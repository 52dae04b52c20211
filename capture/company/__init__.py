"""The company as the service knows it: what a site folder says, and whose page a prospect stands on."""
