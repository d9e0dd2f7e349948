"""Backups: one folder that holds a site, and the way back from it."""
