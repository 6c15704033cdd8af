"""Reports on who has access, and on a person who leaves. Pure."""
