"""The schema and its copies: how far down, rehearsed, and what goes."""
