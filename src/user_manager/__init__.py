"""User Manager: people ask for access, owners decide, and the cluster follows."""
