"""Attacks that were tried: each module names the goal of an attacker and shows that it fails."""
