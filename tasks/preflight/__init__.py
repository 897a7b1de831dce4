"""Read-only: what is there, what a change would meet and what it would cost."""
