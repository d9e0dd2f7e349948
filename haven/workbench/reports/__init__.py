"""Reports: what a case holds, written down once so that a court can follow it."""
