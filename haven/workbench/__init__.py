"""The Workbench: cases, evidence, findings and reviews inside one agency."""
