"""Role assignments as one HTML page or as CSV, for auditors."""
