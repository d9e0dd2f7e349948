"""A case from its other sides: time, place, devices, exhibits, and what they share."""
