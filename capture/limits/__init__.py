"""Machines and floods: proofs of work, and budgets by recipient, network, token and domain."""
