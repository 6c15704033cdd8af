"""What the charm needs of Juju and of the cluster: typed options, the wording of statuses and results, a connection."""
