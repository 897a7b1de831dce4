"""What runs, and whether it is what the present commit describes."""
