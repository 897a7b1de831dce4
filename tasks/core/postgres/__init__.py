"""PostgreSQL in a container: scripts that change it safely and prove it, and parsers of what they print."""
