"""A hundred profiles at once: a slow controller is not an error."""

MANY = 100


def test_what_a_slow_controller_has_not_made_yet_is_pending_and_then_done(
    engine, profile, stand_ins, roles
):
    wanted = [profile(f"-{number}", ann="edit") for number in range(MANY)]

    with stand_ins.slow_controller(seconds_per_namespace=0.1):
        first = engine.apply(*wanted, deadline=1.0)
        assert (first.exit_code, first.errors) == (4, ())
        assert {one.profile for one in first.pending} <= {one.name for one in wanted}
        assert len({one.profile for one in first.pending}) > MANY / 2

        second = engine.apply(*wanted, deadline=240.0)

    assert (second.exit_code, second.errors, second.pending) == (0, (), ())
    engine.wait_until_it_matches(*wanted, seconds=240.0)
    for one in wanted:
        roles(one.name, ann="edit")


def test_without_a_controller_everything_is_pending_and_then_done(
    engine, profile, stand_ins, roles, server
):
    wanted = [profile(f"-{number}", ann="edit", cpu="1") for number in range(3)]

    with stand_ins.no_controller():
        report = engine.apply(*wanted, deadline=0.0)
        assert (report.exit_code, {one.profile for one in report.pending}) == (
            4,
            {one.name for one in wanted},
        )
        assert [server.get("Namespace", None, one.name) for one in wanted] == [None] * 3
        plan = engine.plan(*wanted)
        assert {one.profile for one in plan.pending} == {one.name for one in wanted}

    report = engine.apply(*wanted)

    assert report.exit_code == 0, report.errors
    for one in wanted:
        roles(one.name, ann="edit")
