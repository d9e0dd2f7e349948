"""Formats of dates in Arabic: year first, 24 hours.

Why     Django 5.2's Arabic has no short time, and falls back to that of the United States
"""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i"
SHORT_DATE_FORMAT = "Y/m/d"
SHORT_DATETIME_FORMAT = "Y/m/d H:i"
