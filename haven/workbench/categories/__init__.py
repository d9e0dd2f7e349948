"""Categories: which label of which scheme a member gave to an item."""
