"""Packages: a case handed over to another agency, sealed to its key and signed by ours."""
