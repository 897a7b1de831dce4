"""The release this code is."""

RELEASE = "v1"
