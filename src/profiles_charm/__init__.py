"""The charm without its events: options, sources, statuses, actions and telemetry."""
