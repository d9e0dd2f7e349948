"""Haven: masked, grouped and searchable review of seized pictures; a person decides."""

__version__ = "0.1.0"
