"""Search: looking for a face, with its purpose, reason and legal basis."""
