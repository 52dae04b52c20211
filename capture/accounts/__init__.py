"""Who is signed in, and what they may see: members by their mailbox, the company's staff likewise."""
