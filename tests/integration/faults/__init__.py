"""A real control plane with something going wrong, at every write, and a recorder of who had access meanwhile."""
