"""Evidence: exhibits and their files, read-only from the moment they are in."""
