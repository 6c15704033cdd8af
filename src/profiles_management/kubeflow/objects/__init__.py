"""Kubernetes objects: how they are named, built, compared and changed. Pure."""
