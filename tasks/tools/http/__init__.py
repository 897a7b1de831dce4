"""Addresses that tell whether an application is healthy, asked on the host."""
