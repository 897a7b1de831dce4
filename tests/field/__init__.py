"""Deployments as people have them: dozens of ordinary ones, each different in one thing, on one host."""
