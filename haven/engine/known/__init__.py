"""Known lists: digests that others have judged, read from any format and looked up at any size."""
