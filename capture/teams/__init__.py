"""The people below a member, in total numbers."""
