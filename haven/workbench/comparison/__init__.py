"""Comparing candidates by eye: feature by feature, twice, the second time blind."""
