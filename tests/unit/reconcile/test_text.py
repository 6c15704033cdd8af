"""Plans and reports as text for people."""

from dataclasses import replace

import pytest

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.lines import plain
from profiles_management.reconcile.plan import Frozen, Pending, Plan, Reason
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.text import plan_lines, report_lines


def printed(plan):
    return plain(plan_lines(plan))


def applied(plan, *results, waiting=()):
    outcomes = [
        Outcome(change, *result, sent=len(change.writes) if result[0] is Result.DONE else 0)
        for change, result in zip(plan.changes, results, strict=True)
    ]
    return plain(report_lines(Report(plan, tuple(outcomes), waiting)))


def last_line(text):
    return text.splitlines()[-1]


def test_a_plan_is_grouped_by_profile_with_people_before_objects_and_a_reason_on_each_line(
    everything, keeps
):
    keeps("plan.txt", printed(everything))


def test_nothing_to_do_is_one_line():
    assert printed(Plan(profiles=14)) == "No changes. 14 profiles match.\n"


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        (0, "No changes. The document defines no profiles."),
        (1, "No changes. 1 profile matches."),
        (1000, "No changes. 1,000 profiles match."),
    ],
)
def test_the_number_of_profiles_is_said_in_singular_and_plural(profiles, said):
    assert last_line(printed(Plan(profiles=profiles))) == said


def test_a_refused_and_a_pending_profile_are_no_match(refusal):
    plan = Plan(
        refused=(refusal("legacy"),), pending=(Pending("slow", "is being deleted"),), profiles=14
    )

    assert last_line(printed(plan)) == "No changes. 1 profile refused, 1 pending, 12 unchanged."


def test_the_summary_says_what_it_does_to_access(somebody):
    plan = Plan((somebody("-", "a@x.org", before="edit"),), profiles=1)

    assert last_line(printed(plan)) == "Plan: 1 to remove (2 writes). 1 loses access."


def test_more_than_one_lose_and_gain(somebody):
    gaining = [somebody("+", name, after="edit") for name in ("a@x.org", "b@x.org")]
    losing = [somebody("-", name, before="edit") for name in ("c@x.org", "d@x.org", "e@x.org")]

    said = last_line(printed(Plan((*losing, *gaining), profiles=1)))

    assert said == "Plan: 2 to add, 3 to remove (10 writes). 3 lose access, 2 gain it."


def test_a_profile_that_left_the_document_is_not_counted_as_one_of_it(somebody):
    plan = Plan(
        (somebody("-", "a@x.org", before="edit", profile="gone"),), profiles=14, stale=("gone",)
    )

    assert last_line(printed(plan)).endswith("14 unchanged.")


def test_a_profile_outside_of_the_document_says_so_and_is_not_counted_as_one_of_it(somebody):
    expired = somebody("-", "a@x.org", before="edit", reason=Reason.EXPIRED, profile="other")

    text = printed(Plan((expired,), profiles=1, outside=("other",)))

    assert text.startswith("other  not in the document\n")
    assert last_line(text).endswith("1 unchanged.")


def test_what_is_frozen_is_counted_apart_whether_or_not_something_of_it_expires(somebody):
    frozen = (Frozen("git", "no answer", ("still", "quiet")),)
    plan = Plan(
        (somebody("-", "a@x.org", before="edit", profile="still"),), profiles=14, frozen=frozen
    )

    assert last_line(printed(plan)).endswith("2 frozen, 14 unchanged.")


def test_where_all_is_frozen_there_is_no_word_of_a_match():
    frozen = (Frozen("git", "no answer", ("ml",), people=4),)

    assert printed(Plan(frozen=frozen)) == (
        "frozen: git cannot be read: no answer; left as they are: 1 profile, with the access of "
        "4 people.\n\nNo changes. 1 frozen.\n"
    )


def test_what_to_do_about_a_refused_profile_begins_a_sentence(refusal):
    refused = replace(refusal("legacy"), what="it is not ours", remedy="remove adopt")

    assert "refused: it is not ours. Remove adopt" in printed(Plan(refused=(refused,)))


def test_an_error_of_a_frozen_source_has_one_full_stop():
    frozen = (Frozen("hpc", "Invalid token."), Frozen("git", "No answer.", ("ml",), people=4))

    text = printed(Plan(frozen=frozen))

    assert ".." not in text
    assert ".;" not in text


def test_a_frozen_source_that_created_nothing_is_shown_too():
    text = printed(Plan(profiles=14, frozen=(Frozen("git", "no answer"),)))

    assert text == "frozen: git cannot be read: no answer.\n\nNo changes. 14 profiles match.\n"


def test_what_a_document_or_a_cluster_calls_somebody_cannot_steer_the_terminal(somebody, keeps):
    nasty = "\x1b[31m[red]\x9b2J\r\n\u202egro.x@nna"
    change = somebody("+", nasty, after="view\x07", profile="a\x1b]0;title\x07b")

    text = printed(Plan((change,), profiles=1))

    assert all(one.isprintable() for one in text.replace("\n", ""))
    keeps("nasty.txt", text)


def test_wide_names_keep_the_columns(somebody, keeps):
    changes = (
        somebody("+", "李雷@example.com", after="edit"),
        somebody("+", "🦊🦊@example.com", after="view"),
    )

    keeps(
        "wide.txt",
        printed(Plan((*changes, somebody("+", "ann@example.com", after="admin")), profiles=1)),
    )


def test_one_very_long_name_does_not_push_the_others_away(somebody):
    plan = Plan(
        (somebody("+", "x" * 200, after="edit"), somebody("+", "ann@x.org", after="view")),
        profiles=1,
    )

    assert "  +    ann@x.org" + " " * 33 + "view  new" in printed(plan)


def test_long_field_names_keep_the_columns(something, keeps):
    changes = (
        something(
            "~", "Profile", ("limits.cpu", "1", "2"), ("requests.ephemeral-storage", "1Gi", "2Gi")
        ),
        something(
            "~",
            "Profile",
            ("gold.storageclass.storage.k8s.io/requests.storage", "1Gi", "2Gi"),
            profile="a",
        ),
        something(
            "~", "Namespace", (f"labels.{'x' * 60}.example.com/{'y' * 63}", None, "z"), profile="b"
        ),
        something("~", "Profile", ("pods", "1", "2"), profile="c"),
    )

    keeps("long-fields.txt", printed(Plan(changes, profiles=4)))


def test_what_was_done_is_shown_like_the_plan_in_the_past_tense(everything):
    plan = replace(everything, refused=(), pending=(), warnings=())

    said = applied(plan, *[[Result.DONE]] * len(plan.changes))

    assert last_line(said) == (
        "Applied: 4 added, 9 changed, 1 replaced, 6 removed (31 writes). 4 lost access, 4 gained it. "
        "3 frozen, 10 unchanged."
    )


def test_a_report_says_what_failed_and_why_what_waits_and_that_another_run_finishes_it(
    everything, keeps
):
    results = {
        "handed-over": [
            Result.PENDING,
            "waits for RoleBinding handed-over/namespaceAdmin to name bob@x.org",
        ],
        "found": [Result.FAILED, "patch profiles: 403 not allowed"],
        "new-team": [Result.NOT_TRIED, "depends on Profile new-team, which did not succeed"],
    }
    became = [results.get(change.profile, [Result.DONE]) for change in everything.changes]

    keeps("report.txt", applied(everything, *became, waiting=everything.pending))


def test_what_is_only_pending_needs_another_run_and_no_correction(something):
    plan = Plan((something("+", "Profile", ("owner", None, "ann@x.org")),), profiles=1)

    said = applied(plan, [Result.PENDING, "waits for Namespace ml to be ready"])

    assert last_line(said) == "Run it again later: the next run finishes what is pending."


def test_an_apply_with_nothing_to_do_says_so():
    assert applied(Plan(profiles=2)) == "No changes. 2 profiles match.\n"


def test_the_same_plan_always_reads_the_same(everything):
    assert printed(everything) == printed(replace(everything))


def test_a_stale_profile_with_nothing_to_revoke_is_named_in_the_plan():
    text = printed(Plan(profiles=14, stale=("data", "web")))

    assert text == (
        "stale: no longer in the document, nothing left to revoke: data, web.\n\nNo changes. 14 profiles match.\n"
    )


def test_a_stale_profile_that_loses_somebody_is_named_once(somebody):
    plan = Plan(
        (somebody("-", "a@x.org", before="edit", profile="gone"),), profiles=14, stale=("gone",)
    )

    said = printed(plan)

    assert said.count("gone  no longer in the document") == 1
    assert "stale: " not in said
    assert (
        said.splitlines()[-2]
        == "1 profile is no longer in the document: gone; its 1 contributor loses access."
    )


def test_thousands_of_stale_profiles_are_counted_and_not_listed():
    text = printed(Plan(profiles=14, stale=tuple(f"team-{number:04}" for number in range(2_000))))

    assert "team-0009 and 1,990 more." in text
    assert len(text) < 300


@pytest.mark.parametrize(
    "who", ["ml@example.com", "system:serviceaccounts:ml (Group)", "ml", "x:ml/y@ml"]
)
def test_a_warning_names_its_profile_also_where_a_person_has_the_same_name(who):
    what = f"{who} also has edit by RoleBinding x, which is not managed"

    text = printed(
        Plan(warnings=(Problem("unmanaged-access", what, Where.of_profile("ml"), "Delete it."),))
    )

    assert text.startswith(f"warning: ml: {what}. Delete it.\n")


def test_a_warning_that_names_its_profile_does_not_name_it_twice():
    what = "namespace ml is taken over"
    warning = Problem("code", what, Where.of_profile("ml"), "Look.", names_place=True)

    assert printed(Plan(warnings=(warning,))).startswith(f"warning: {what}. Look.\n")
