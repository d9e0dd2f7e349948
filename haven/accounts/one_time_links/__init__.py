"""One-time links: a way in for one purpose, for one person, once, for a while."""
