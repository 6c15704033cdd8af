"""From objects as an API server or a file has them to what planning reads. Nothing here sends a request."""
