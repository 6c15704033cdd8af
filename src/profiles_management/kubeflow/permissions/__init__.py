"""What our own account may do: a ClusterRole, and policies that confine it. Pure."""
