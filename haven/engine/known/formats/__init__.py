"""Formats: which of the formats of lists a file is in, told from its content."""

from haven.engine.known.formats.base import Reading, Refused
from haven.engine.known.formats.recognise import open_list

__all__ = ["Reading", "Refused", "open_list"]
