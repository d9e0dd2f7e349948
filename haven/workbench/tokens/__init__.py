"""Tokens: programs come into one case, as one member, for one purpose."""
