"""What templates see, and the bytes of a page for one member."""
