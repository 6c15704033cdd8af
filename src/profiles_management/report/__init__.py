"""Reports for people: who has access, and what was used. Pure: data in, text out."""
