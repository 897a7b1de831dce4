"""Carries out any plan: locked, journaled, run in sessions of its own on the host, watched, proven."""
