"""A document goes from the tester to the reader, and the result comes back."""

from dataclasses import replace

from ops import ActiveStatus, BlockedStatus, WaitingStatus


def test_what_became_of_every_profile_comes_back(publish, document):
    assert publish(document("ml", "web")) == ActiveStatus("2 applied")


def test_a_pending_profile_comes_back_as_pending(publish, document):
    assert publish(document("ml", "slow-one")) == WaitingStatus("1 pending")


def test_a_failed_profile_comes_back_with_its_reason(publish, document):
    assert publish(document("ml", "bad-one", "slow-one")) == BlockedStatus(
        "bad-one: it belongs to somebody else"
    )


def test_a_document_that_names_no_profile_is_answered_as_any_other(publish, document, tester):
    publish(document("ml"))
    publish(document())

    assert tester.report().applied == ()
    assert tester.report().is_current


def test_a_bad_document_comes_back_with_what_is_wrong(publish):
    assert publish("profiles:\n- name: ml\n") == BlockedStatus("a profile needs owner")


def test_an_invalid_document_can_be_corrected(publish, document):
    publish("profiles: 7\n")

    assert publish(document("ml")) == ActiveStatus("1 applied")


def test_a_report_on_an_older_document_is_not_current(publish, document, tester):
    publish(document("ml"))
    before = tester.report()

    tester.see(tester.on.config_changed(), config={"document": document("ml", "web")})

    assert tester.report() == replace(before, is_current=False)
    assert tester.state.unit_status == WaitingStatus("no answer yet")


def test_a_document_of_a_newer_form_comes_back_with_who_is_to_be_refreshed(
    publish, document, tester, reader
):
    publish(document("ml"))

    reader.hear(tester.databag | {"version": "2"})
    tester.hear(reader.databag)

    assert tester.state.unit_status == BlockedStatus(
        "the document of tester cannot be used: its databag has version 2, profiles-management supports 1; "
        "refresh profiles-management"
    )


def test_a_large_document_comes_back_too(publish, document, reader):
    assert publish(document(*(f"team-{number}" for number in range(5_000)))) == ActiveStatus(
        "5000 applied"
    )
    assert len(str(reader.relation.remote_app_data)) < 100_000


def test_a_document_that_is_published_again_wakes_nobody(publish, document, tester, reader):
    publish(document("ml"))

    tester.see(tester.on.config_changed())

    assert not reader.hear(tester.databag)
    assert not tester.hear(reader.databag)


def test_a_withdrawn_relation_is_no_longer_read_in_its_own_last_hook(publish, document, reader):
    publish(document("ml"))

    reader.see(reader.on.relation_broken(reader.relation))

    assert [(event.app, event.withdrawn) for event in reader.events] == [("tester", True)]


def test_a_withdrawn_relation_takes_the_answer_with_it(publish, document, tester):
    publish(document("ml"))

    state = tester.see(tester.on.relation_broken(tester.relation))

    assert [event.relation_id for event in tester.events] == [tester.relation.id]
    assert state.unit_status == WaitingStatus("no answer yet")
