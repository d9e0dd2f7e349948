"""Reveals: seeing more of an item than faces, asked for, counted, and never for long."""
