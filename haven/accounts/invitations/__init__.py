"""Invitations: how an administrator lets a colleague in."""
