"""Decisions: what people hold to be true, final, each with its reason."""
