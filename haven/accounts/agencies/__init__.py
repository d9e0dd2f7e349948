"""Agencies: who takes part, which addresses are theirs, who speaks for them."""
