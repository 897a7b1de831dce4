"""What this tool is called, and its version: pyproject.toml reads it here."""

NAME = "fab-rollback"
VERSION = "0.1.0"
