"""Chapters: one module for each section of a report; each writes on paper what it knows."""
