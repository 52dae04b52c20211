"""What people say yes to, and what they may ask of us: confirm, see, correct, be forgotten."""
