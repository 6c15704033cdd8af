"""The Git source against real servers: `git http-backend` behind TLS, and sshd; both on loopback, no cluster."""
