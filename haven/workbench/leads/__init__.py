"""Leads: what is worth following, from what, how strong, and what became of it."""
