"""The case register's backend."""
