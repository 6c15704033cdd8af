"""Kubeflow as a target: observe, plan, apply, report."""
