"""Terms of engagement: what everyone agrees to before anything else, by version."""
