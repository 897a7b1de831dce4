"""hosts.yaml read, completed from the environment, and checked."""
