"""What is gone through on both APIs, the one in memory and the real one, and what it is held against."""
