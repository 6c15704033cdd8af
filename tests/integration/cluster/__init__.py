"""A real control plane on loopback, and the stand-ins for Kubeflow's profile controller and KFAM.

build.py               etcd, kube-apiserver, kube-controller-manager and kubectl from Go modules, once
control_plane.py       starts and ends them
kubeflow.py            what a cluster with Kubeflow has: CRDs, ClusterRoles
server.py              the API server as the stand-ins and the tests talk to it
profile_controller.py  a process: the stand-in for the profile controller
kfam.py                a process: the stand-in for the dashboard's backend
processes.py           children that never outlive us
permissions.py         what the engine may do
"""
