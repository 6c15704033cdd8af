"""A Kubernetes cluster as a target: lists, writes, Events, and how to connect to it."""
