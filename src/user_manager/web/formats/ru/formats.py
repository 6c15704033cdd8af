"""Dates in Russian: 31 декабря 2026, 14:05."""

DATE_FORMAT = "j E Y"
DATETIME_FORMAT = "j E Y, H:i"
