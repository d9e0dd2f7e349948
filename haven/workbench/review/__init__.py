"""Review: items, people, failures and the search for a face."""
