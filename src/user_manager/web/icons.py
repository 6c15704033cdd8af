"""The icons: paths in a square of 24 units, drawn with strokes in the colour of the text."""

from typing import Final

ICONS: Final = {
    "alert": "M12 3 2 20h20L12 3ZM12 10v4M12 17v.1",
    "arrow": "M5 12h14M13 6l6 6-6 6",
    "check": "m4 12 5 5L20 6",
    "clock": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM12 7v5l3 2",
    "code": "m8 7-5 5 5 5M16 7l5 5-5 5M14 4l-4 16",
    "cross": "m6 6 12 12M18 6 6 18",
    "database": "M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0ZM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0",
    "globe": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM3 12h18M12 3c5 5 5 13 0 18-5-5-5-13 0-18Z",
    "inbox": "M4 13 7 4h10l3 9v7H4ZM4 13h5l1 3h4l1-3h5",
    "key": "M8 11a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM11 12l9-9M16 7l4 4M13 10l2 2",
    "list": "M8 6h12M8 12h12M8 18h12M4 6v.1M4 12v.1M4 18v.1",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "moon": "M20 14A8 8 0 1 1 10 4a7 7 0 0 0 10 10Z",
    "person": "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4 21c0-8 16-8 16 0",
    "people": "M9 5a3 3 0 1 1 0 7 3 3 0 0 1 0-7ZM2 20c0-7 14-7 14 0M16 5a3 3 0 0 1 0 6"
    "M18 14c3 1 4 3 4 6",
    "plus": "M12 5v14M5 12h14",
    "profile": "M12 3 3 8l9 5 9-5-9-5ZM3 12l9 5 9-5M3 16l9 5 9-5",
    "search": "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14ZM16 16l5 5",
    "shield": "M12 3 4 6v6c0 5 4 8 8 9 4-1 8-4 8-9V6ZM9 12l2 2 4-4",
    "sun": "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600"
    " 17.600 19 19M5 19l1.400-1.400M17.600 6.400 19 5",
    "undo": "M4 9h11a5 5 0 0 1 0 10H9M8 5 4 9l4 4",
}
