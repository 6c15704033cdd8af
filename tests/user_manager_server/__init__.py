"""A User Manager on loopback: the two routes that are for clusters, as its contract has them.

It takes only what the contract allows, so that a client that sends anything else fails its test.
"""

from user_manager_server.server import TOKEN, Reply, UserManager, canonical, revision, serving

__all__ = ["TOKEN", "Reply", "UserManager", "canonical", "revision", "serving"]
