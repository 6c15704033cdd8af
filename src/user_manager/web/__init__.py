"""The pages: Django templates, which htmx improves and which work without JavaScript."""
