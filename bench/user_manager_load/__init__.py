"""The User Manager under load: requests a second, latencies and processor time."""
