"""Results: what `haven process` leaves in its folder, and how it gets there safely."""

from haven.engine.results.folder import Counts, ResultsFolder
from haven.engine.results.tables import read_faces, read_media

__all__ = ["Counts", "ResultsFolder", "read_faces", "read_media"]
