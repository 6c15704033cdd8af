"""A plan as a comment on a pull request."""

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.markdown import LIMIT, plan_markdown, problems_markdown
from profiles_management.reconcile.plan import Pending, Plan
from profiles_management.reconcile.stops import Stop, StopKind

BRAKE = Stop(
    StopKind.REVOCATIONS, "60 of 100 role assignments would be revoked", "Pass --allow-revocations."
)
NASTY = (
    *(
        "@team",
        "`@team`",
        "``",
        "a|b",
        "a\\|@team",
        "\\",
        "<img src=x>",
        "</code>@team",
        "</details>",
    ),
    *(
        "[x](https://evil.example)",
        "https://evil.example",
        "**x**",
        "#1",
        "\n/close\n",
        "a\r\n| b",
        "&#64;team",
        "\u202e@team",
    ),
)


class Read(HTMLParser):
    """The text outside of code, and the cells of each row."""

    def __init__(self, markdown):
        super().__init__()
        self.outside, self.code, self.rows, self.depth = "", [], [], 0
        self.feed(MarkdownIt("commonmark").enable("table").render(markdown))

    def handle_starttag(self, tag, attrs):
        assert tag in {
            "p",
            "strong",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "code",
            "ul",
            "li",
            "details",
            "summary",
        }
        self.depth += tag == "code"
        if tag == "tr":
            self.rows.append(0)
        elif tag in ("td", "th"):
            self.rows[-1] += 1
        elif tag == "code":
            self.code.append("")

    def handle_endtag(self, tag):
        self.depth -= tag == "code"

    def handle_data(self, data):
        if self.depth:
            self.code[-1] += data
        else:
            self.outside += data


def test_a_plan_is_a_verdict_a_table_and_lists(everything, keeps):
    keeps("plan.md", plan_markdown(everything))


@pytest.mark.parametrize(
    ("plan", "stops", "first"),
    [
        (Plan(profiles=14), (), "**No changes.** 14 profiles match."),
        (
            Plan(profiles=14, pending=(Pending("slow", "waits"),)),
            (),
            "**No changes.** 1 pending, 13 unchanged.",
        ),
    ],
)
def test_the_first_line_is_the_verdict(plan, stops, first):
    assert plan_markdown(plan, stops).splitlines()[0] == first


def test_a_plan_with_changes_counts_them_first(somebody):
    plan = Plan((somebody("-", "a@x.org", before="edit"),), profiles=1)

    assert plan_markdown(plan).startswith(
        "**1 change.** Plan: 1 to remove (2 writes). 1 loses access.\n"
    )


def test_a_plan_that_apply_would_stop_says_so_first(somebody):
    text = plan_markdown(Plan((somebody("-", "a@x.org", before="edit"),), profiles=1), [BRAKE])

    assert text.startswith("**apply would stop.** Plan: 1 to remove")
    assert (
        "\n- `60 of 100 role assignments would be revoked`. `Pass --allow-revocations.`\n" in text
    )


def test_the_target_is_named_below_the_verdict():
    assert plan_markdown(Plan(profiles=1), target="Cluster: context `@prod`").splitlines()[2] == (
        "`` Cluster: context `@prod` ``"
    )


def test_a_plan_with_a_refused_profile_says_so_first(refusal):
    assert plan_markdown(Plan(refused=(refusal("ml"),))).startswith(
        "**apply would refuse 1 profile.** "
    )


@pytest.mark.parametrize("name", NASTY)
def test_no_name_is_markdown_html_or_a_mention(somebody, refusal, name):
    plan = Plan(
        (somebody("+", name, after="edit", profile=name),),
        refused=(refusal(name, what=name),),
        pending=(Pending(name, name),),
        warnings=(Problem("x", name, Where(name, 1, 1), name),),
        stale=(name,),
        profiles=1,
    )

    read = Read(plan_markdown(plan))

    assert not re.search(r"[@#<>|`\[\]\\]|evil|close", read.outside.replace("\u2026", ""))
    assert read.rows == [5, 5]
    assert all("\n" not in code for code in read.code)


def test_a_name_is_shown_as_it_is(somebody):
    for name in ("a|b", "`a", "a``b`", "a\\|b", "@team", "<b>", "&#64;"):
        read = Read(plan_markdown(Plan((somebody("+", name, after="edit"),), profiles=1)))
        assert name in read.code


def test_a_long_plan_is_collapsed(somebody):
    def changes(number):
        return Plan(
            tuple(somebody("+", f"p{index}@x.org", after="edit") for index in range(number)),
            profiles=1,
        )

    short, long = plan_markdown(changes(20)), plan_markdown(changes(21))

    assert ("<details>" in short, "<details><summary>21 changes</summary>\n\n| |" in long) == (
        False,
        True,
    )
    assert long.endswith("\n\n</details>\n")


@pytest.mark.parametrize("name", ["p{}@x.org", "\U0001f600" * 300 + "{}"])
def test_a_plan_that_does_not_fit_a_comment_is_cut_and_the_rest_is_counted(somebody, refusal, name):
    number = 3_000
    plan = Plan(
        tuple(somebody("+", name.format(index), after="edit") for index in range(number)),
        refused=tuple(refusal(name.format(index)) for index in range(number)),
        warnings=tuple(
            Problem("x", name.format(index), Where(), "Look.") for index in range(number)
        ),
        pending=tuple(Pending("p", name.format(index)) for index in range(number)),
        profiles=1,
    )

    text = plan_markdown(plan)

    rows = text.count("| `+` |")
    assert len(text.encode()) <= LIMIT < 65_536
    assert f"\n… and {number - rows:,} more changes that do not fit here.\n" in text
    assert re.search(r"\n- … and [\d,]+ more warnings\.\n", text)
    assert text.count("<details>") == text.count("</details>") == 1


def test_a_document_that_is_refused_is_a_list_of_errors():
    problem = Problem(
        "unknown-key", 'unknown key "@x"', Where("pmr.yaml", 6, 3), "write: contributors"
    )

    text = problems_markdown([problem])

    assert text.splitlines()[0] == "**No plan: 1 error.** Nothing was changed."
    assert '- `pmr.yaml:6:3`: `unknown key "@x"`. `write: contributors`' in text


def test_a_target_that_fails_is_named_above_its_error():
    problem = Problem(
        "cluster", "The cluster does not answer. Nothing was written.", Where(), "Check the VPN."
    )

    lines = problems_markdown([problem], target="Cluster: context prod").splitlines()

    assert lines[2] == "`Cluster: context prod`"
    assert lines[-1] == "- `The cluster does not answer. Nothing was written`. `Check the VPN.`"
