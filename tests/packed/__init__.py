"""The packed charm as Juju runs it: its own `dispatch`, real processes, and a stand-in for Juju.

Modules:

    charm_file.py   pack the charm unless dist/ has one of this tree, and unpack it
    unit.py         a unit: its folder, its data in Juju, and the events that it receives
    hook_tools.py   the hook tools of Juju: one program under many names
    kubeconfigs.py  the credentials of a unit
"""
