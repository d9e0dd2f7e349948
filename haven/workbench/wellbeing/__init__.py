"""Wellbeing: how much each member saw, told to the member alone, and what an agency asks for."""
