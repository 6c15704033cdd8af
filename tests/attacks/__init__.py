"""Attacks that were tried: each module is named after the goal of an attacker, and shows that it is not reached."""
