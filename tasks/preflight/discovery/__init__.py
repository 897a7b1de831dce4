"""What a host has that hosts.yaml does not know yet: looked for, and guessed, each guess with its reason."""
