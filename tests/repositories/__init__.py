"""Real Git repositories, the server that serves them over https, and how a test reads from one."""
