"""Review: items, failures and the search for a face."""
