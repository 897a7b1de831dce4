"""A plan carried out: locked, run in sessions of its own, watched, interrupted, described."""
