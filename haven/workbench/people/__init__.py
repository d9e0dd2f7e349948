"""People: groups of faces, and what a person decided about them."""
