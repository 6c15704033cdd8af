"""The service to play with: sample people and requests, and a switch of identities.

Nothing here is used outside of `make portal`.
"""
