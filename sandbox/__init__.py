"""A production host in a container, with a sample app that was just deployed badly."""
