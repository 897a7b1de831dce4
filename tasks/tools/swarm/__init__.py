"""Docker Swarm: scripts that do with a stack what those of the same names in tools/compose do with a project."""
