"""The steps that plans hold."""
