"""Known files: lists that an agency was given or made, and what they know of a case's items."""
