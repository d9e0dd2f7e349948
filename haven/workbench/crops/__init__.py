"""Pictures of objects that may be published: cut out of an item, released by two people."""
