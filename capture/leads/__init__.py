"""The office's pages for following up on leads: today, the list, and one lead with its stage, notes and history."""
