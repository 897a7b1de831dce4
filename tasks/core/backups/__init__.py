"""Backups on the host: their folder, what is known of each, and the steps that write and restore them."""
