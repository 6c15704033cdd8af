"""Reports for auditors: role assignments as one HTML page or as CSV. Pure: data in, text out."""
