"""Analysis: the only part of the Workbench that calls the engine."""
