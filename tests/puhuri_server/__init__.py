"""A Puhuri Core on loopback, made after exchanges that were recorded on a real Waldur 7.0.7.

The generations before it and 8.x are made after their documentation and code.
"""
