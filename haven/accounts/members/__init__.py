"""Members: who they are, what they may do, how they pause, leave and are confirmed."""
