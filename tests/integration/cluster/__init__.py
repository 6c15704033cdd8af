"""A real control plane on loopback, with stand-ins for Kubeflow's profile controller and KFAM.

Modules:

    build.py               build the programs from Go modules, once
    control_plane.py       start and end them
    kubeflow.py            the CRDs and ClusterRoles of Kubeflow
    server.py              the API server for the stand-ins and the tests
    profile_controller.py  a process: the stand-in for the profile controller
    kfam.py                a process: the stand-in for the dashboard's backend
    processes.py           child processes that end with us
    permissions.py         what the engine may do
"""
