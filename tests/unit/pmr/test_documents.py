"""Documents: reading, places of problems, and writing as the inverse of reading."""

import gc
import io
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles_management.pmr import (
    Defaults,
    DocumentError,
    Profile,
    ProfilesManagementRepresentation,
    dumps,
    load,
    loads,
)
from profiles_management.pmr.document_limits import MOST_PROBLEMS
from profiles_management.pmr.scalars import Untypable, plain
from profiles_management.pmr.user_names import is_user_name, same_user
from profiles_management.pmr.yaml_events import parse

EXAMPLE = Path(__file__).parents[3] / "examples" / "pmr.yaml"
BASE = "profiles:\n- name: ml\n  owner: {kind: User, name: ann@example.com}\n"


def refused(document, **options):
    with pytest.raises(DocumentError) as error:
        loads(document, **options)
    return error.value.problems


class TestReading:
    def test_the_sample_is_read(self):
        pmr = load(EXAMPLE)

        assert [profile.name for profile in pmr.in_order()] == ["data-engineers", "ml-engineers"]
        assert pmr.profiles["ml-engineers"].resources.hard == {"limits.cpu": "1"}

    def test_standard_input_is_a_dash(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BASE.encode())))

        assert load("-").has_profile("ml")

    def test_a_file_that_is_not_there_is_a_problem(self, tmp_path):
        with pytest.raises(DocumentError, match="no such file or directory"):
            load(tmp_path / "nothing.yaml")

    def test_no_profiles_are_a_valid_document(self):
        assert len(loads("profiles: []")) == 0

    def test_json_is_read_too(self):
        assert loads(json.dumps(yaml.safe_load(BASE))) == loads(BASE)

    def test_json_with_escaped_pairs_is_read_too(self):
        owner = {"kind": "User", "name": "😀\\ud83d"}
        document = json.dumps({"profiles": [{"name": "ml", "owner": owner}]})

        assert loads(document).profiles["ml"].owner.name == "😀\\ud83d"

    def test_a_byte_order_mark_is_no_matter(self):
        assert loads(b"\xef\xbb\xbf" + BASE.encode()) == loads(BASE)

    def test_an_alias_stands_for_what_it_names(self):
        again = "- name: nlp\n  owner: *boss\n"
        document = BASE.replace("owner: {", "owner: &boss {") + again

        assert loads(document).profiles["nlp"].owner.name == "ann@example.com"

    def test_a_label_that_is_null_drops_a_default(self):
        assert loads(BASE + "  labels: {team: null}\n").profiles["ml"].labels == {"team": None}

    def test_nothing_is_fine_in_what_plugins_take(self):
        pmr = loads(BASE + "  plugins: [{kind: X, spec: {a: null, b: [null]}}]\n")

        assert pmr.profiles["ml"].plugins[0].spec == {"a": None, "b": [None]}

    @pytest.mark.parametrize(
        "until", ["2027-01-31", '"2027-01-31"', "2027-01-31T00:00:00Z", "2027-01-31 01:00:00+01:00"]
    )
    def test_until_is_read_quoted_or_not(self, until):
        pmr = loads(BASE + f"  contributors: [{{name: bob, role: edit, until: {until}}}]\n")

        assert pmr.profiles["ml"].contributors[0].until == datetime(2027, 1, 31, tzinfo=UTC)

    def test_the_collector_is_as_it_was(self):
        loads(BASE)
        assert gc.isenabled()

        gc.disable()
        try:
            loads(BASE)
            assert not gc.isenabled()
        finally:
            gc.enable()


class TestPointing:
    def test_the_slip_of_the_seed_is_answered_with_the_line_to_write(self):
        document = EXAMPLE.read_text().replace('limits.cpu: "1"', 'limits.cpu = "1"')

        (problem,) = refused(document, name="pmr.yaml")

        assert problem.code == "not-a-mapping"
        assert problem.what == '"hard" must be a mapping, this is text'
        assert problem.remedy == 'write: limits.cpu: "1"'
        assert str(problem.where) == "pmr.yaml:8:7 profiles[0].resources.hard"
        assert problem.excerpt == '      limits.cpu = "1"'
        assert problem.width == len('limits.cpu = "1"')

    def test_an_unknown_key_is_pointed_at_itself(self):
        (problem,) = refused(BASE + "  contributers: []\n")

        assert (problem.where.line, problem.where.column, problem.width) == (
            4,
            3,
            len("contributers"),
        )

    def test_the_second_of_two_keys_is_pointed_at(self):
        (problem,) = refused(BASE + "  name: nlp\n")

        assert (problem.where.line, problem.what) == (
            4,
            'the key "name" is duplicated, first on line 2',
        )

    def test_an_alias_is_pointed_at_where_it_stands(self):
        document = "defaults: {labels: &x {team: 1}}\n" + BASE + "  labels: *x\n"

        assert [problem.where.line for problem in refused(document)] == [1, 5]

    def test_the_spelling_of_the_document_is_kept_in_paths(self):
        (problem,) = refused(BASE + "  limit_range: {limit: []}\n")

        assert problem.where.path == "profiles[0].limit_range.limit"

    def test_columns_count_characters(self):
        (problem,) = refused(
            "profiles: [{name: ml, owner: {kind: User, name: 用户😀}, opne: true}]"
        )

        assert problem.excerpt[problem.where.column - 1 :].startswith("opne")

    def test_a_defect_in_the_ten_thousandth_profile_is_found_there(self):
        document = "profiles:\n" + "".join(
            f"- {{name: p{i}, owner: {{kind: User, name: a}}}}\n" for i in range(1000)
        )

        (problem,) = refused(document.replace("name: p998,", "name: P998,"))

        assert str(problem.where) == "<text>:1000:10 profiles[998].name"


class TestLimits:
    def test_a_document_over_the_limit_is_refused_unread(self):
        (problem,) = refused(b"\xff" * 101, limit=100)

        assert problem.code == "too-large"

    def test_a_file_over_the_limit_is_not_read_whole(self, tmp_path):
        file = tmp_path / "pmr.yaml"
        file.write_bytes(b" " * 1000)

        with pytest.raises(DocumentError, match="too-large"):
            load(file, limit=100)

    def test_a_bomb_is_refused_without_expanding_it(self):
        parsed = parse(
            "a: &a0 [x, x]\n" + "".join(f"b{i}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(100))
        )

        assert parsed.stopped
        assert parsed.findings[0].finding.code == "too-many-values"

    @pytest.mark.parametrize("endless", ["[", "{", "- ", "? ", "{a: ", "a: {b: 1, b: 2}, "])
    def test_nothing_is_read_behind_the_place_where_reading_stopped(self, endless):
        assert refused("profiles: [" * endless.startswith("a") + endless * 100_000)

    def test_thirty_two_levels_are_read(self):
        assert not parse("[" * 32 + "]" * 32).findings
        assert parse("[" * 33 + "]" * 33).findings[0].finding.code == "too-deep"

    def test_depth_is_counted_through_aliases(self):
        fifteen, eighteen = "[" * 15, "[" * 18

        parsed = parse(f"a: &a {fifteen}{']' * 15}\nb: {eighteen}*a{']' * 18}\n")

        assert parsed.findings[0].finding.code == "too-deep"

    def test_a_file_of_another_kind_is_one_problem_and_not_one_for_each_line(self):
        wrong = "".join(f"- {i}\n" for i in range(20_000))

        for document in (
            "profiles:\n" + wrong,
            BASE + "  contributors:\n" + wrong.replace("-", "  -"),
        ):
            problems = refused(document)

            assert len(problems) == MOST_PROBLEMS + 1
            assert problems[-1].code == "too-many-problems"
            assert problems[-1].where.line == problems[-2].where.line

    def test_a_thousand_mistakes_are_reported_in_a_moment(self):
        document = "profiles:\n" + "- {nmae: x}\n" * 1000

        assert len(refused(document)) == 3000


SCALARS = "no Yes ON off y n true null ~ 0123 0x1F 0b11 1_000 1e3 1.5e3 1.e+3 .5 -.inf .nan 12:30 1:2:3.5 2026-01-01 x"


@pytest.mark.parametrize(
    "scalar",
    [*SCALARS.split(), "2026-01-01 10:00:00Z", "2026-01-01t10:00:00+02:00", "", "1_", "09", "+1"],
)
def test_a_plain_scalar_is_typed_as_pyyaml_does(scalar):
    assert repr(plain(scalar)) == repr(yaml.safe_load(scalar))


@given(st.text(st.sampled_from("0123456789abefinotyxNTZ:-+._~= "), max_size=12).map(str.strip))
def test_any_plain_scalar_is_typed_as_pyyaml_does(scalar):
    try:
        expected = yaml.SafeLoader(f"- {scalar}").get_single_data()
    except (yaml.YAMLError, ValueError, OverflowError):
        expected = Untypable
    found = parse(f"- {scalar}")

    if expected is Untypable:
        assert found.error or found.findings
    elif not found.findings:
        assert repr(found.data) == repr(expected)


text = st.text(st.characters(codec="utf-8"), max_size=20)
labels = st.text("abc019", min_size=1, max_size=8)
names = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(
    lambda name: not name.startswith("kube")
)
users = text.filter(is_user_name)
moments = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner) | st.dictionaries(text, inner),
    max_leaves=3,
)
quotas = st.fixed_dictionaries(
    {},
    optional={
        "hard": st.dictionaries(
            st.sampled_from(["pods", "requests.cpu", "memory"]), st.integers(0, 99) | st.just("8")
        ),
        "scopes": st.lists(st.sampled_from(["NotTerminating", "NotBestEffort"]), unique=True),
    },
)
bounds = st.fixed_dictionaries(
    {}, optional={"limits": st.just([{"type": "Pod", "max": {"cpu": "1"}}])}
)


@st.composite
def profiles(draw, name):
    owner, *people = draw(st.lists(users, min_size=1, max_size=3, unique_by=same_user))
    contributor = st.fixed_dictionaries(
        {"role": st.sampled_from(["admin", "edit", "view"])},
        optional={
            "kind": st.sampled_from(["User", "Group", "group"]),
            "until": moments | st.dates(date(1900, 1, 1)),
        },
    )
    optional = {
        "resources": quotas,
        "limitRange": bounds,
        "labels": st.dictionaries(labels, labels | st.none(), max_size=3),
        "annotations": st.dictionaries(labels, text, max_size=3),
        "plugins": st.lists(
            st.fixed_dictionaries({"kind": labels, "spec": st.dictionaries(text, json_values)}),
            max_size=2,
        ),
        "open": st.booleans(),
        "adopt": st.booleans(),
    }
    return {
        "name": name,
        "owner": {"kind": draw(st.sampled_from(["User", "Group"])), "name": owner},
        "contributors": [{"name": person, **draw(contributor)} for person in people],
        **draw(st.fixed_dictionaries({}, optional=optional)),
    }


@st.composite
def representations(draw):
    listed = [draw(profiles(name)) for name in draw(st.lists(names, max_size=2, unique=True))]
    defaults = draw(
        st.none() | st.fixed_dictionaries({}, optional={"resources": quotas, "limitRange": bounds})
    )
    return ProfilesManagementRepresentation(
        [Profile.model_validate(one) for one in listed],
        defaults=None if defaults is None else Defaults.model_validate(defaults),
    )


slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestWriting:
    @slow
    @given(representations(), st.sampled_from(["yaml", "json"]))
    def test_what_is_written_is_read_again(self, pmr, form):
        assert loads(dumps(pmr, format=form)) == pmr

    @slow
    @given(representations())
    def test_one_representation_is_written_in_one_way(self, pmr):
        assert dumps(loads(dumps(pmr))) == dumps(pmr)

    def test_only_what_is_set_is_written(self):
        assert dumps(loads(BASE + "  resources: {}\n")) == (
            "profiles:\n- name: ml\n  owner:\n    kind: User\n    name: ann@example.com\n  resources: {}\n"
        )

    def test_profiles_and_keys_come_sorted(self):
        document = "profiles:\n" + "".join(
            f"- {{name: {name}, owner: {{kind: User, name: ann}}, labels: {{b: x, a: y}}}}\n"
            for name in "ba"
        )

        written = yaml.safe_load(dumps(loads(document)))["profiles"]

        assert [profile["name"] for profile in written] == ["a", "b"]
        assert list(written[0]["labels"]) == ["a", "b"]
