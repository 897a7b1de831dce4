"""The SSH connection: verified keys, timeouts everywhere, a runner that does not poll."""
