"""Graded onboarding: a practice on harmless pictures before real work."""
