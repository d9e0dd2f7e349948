"""Authority: the legal basis on which a case is worked on."""
