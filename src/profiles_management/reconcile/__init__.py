"""What is the same for every target: plans, reports, the brake and retries.

Nothing here talks to anything.
"""
