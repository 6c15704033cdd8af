"""The packed charm as Juju runs it: unpacked, its own `dispatch`, real processes; Juju's side is stood in.

charm_file.py   packs the charm where dist/ has none of this tree, and unpacks it
unit.py         a unit: its folder, what Juju knows of it, and the events that it is sent
hook_tools.py   what the charm asks Juju with: one program under many names
kubeconfigs.py  the credentials of a unit
"""
