"""What `juju status` says after each event."""

from ops import ActiveStatus


def test_a_document_is_applied_and_counted(world, document):
    world.configure(pmr=document(ml=2, data=1))

    assert world.see("config_changed").unit_status == ActiveStatus("2 profiles, 3 contributors")
