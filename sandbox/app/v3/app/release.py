"""The release this code is."""

RELEASE = "v3"
