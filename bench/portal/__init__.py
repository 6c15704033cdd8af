"""A research portal: requests, time and memory of a run without changes."""
