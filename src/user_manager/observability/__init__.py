"""What the service tells about itself: logs and metrics. No tokens, no reasons, no comments."""
