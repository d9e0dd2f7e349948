"""Joining: from an application to a member, by two people who vouch."""
