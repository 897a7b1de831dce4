"""What the host's tools are told, and what they answer."""
