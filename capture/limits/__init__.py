"""Protects the service from machines and floods of sign-ups: by proofs of work, and by limits for each recipient,
network, member and domain."""
