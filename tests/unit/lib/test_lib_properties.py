"""Any published document arrives unchanged, and any databag can be read without an exception."""

import base64
import json
import tracemalloc
import zlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charms.profiles_management.v0 import profiles_management as library

slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
)
_VALUES = st.recursive(
    _SCALARS, lambda inside: st.lists(inside) | st.dictionaries(_TEXT, inside), max_leaves=10
)
_PROFILES = st.lists(st.dictionaries(_TEXT, _VALUES), max_size=3)
_DOCUMENTS = st.builds(
    lambda rest, profiles: rest | {"profiles": profiles}, st.dictionaries(_TEXT, _VALUES), _PROFILES
)
_ANYTHING = st.text() | st.sampled_from(
    ["1", "0", "2", "text", "zlib+base64", '{"applied": []}', "[" * 10_000]
)
_PACKED = st.binary().map(lambda data: base64.b64encode(zlib.compress(data)).decode())
_KEYS = ("version", "revision", "encoding", "document", "report")
_DATABAGS = st.fixed_dictionaries({}, optional=dict.fromkeys(_KEYS, _ANYTHING | _PACKED))


def arrived(text):
    encoding, value = library._encoded(text)
    return library._read(
        {"version": "1", "encoding": encoding, "document": value}, "document", "a", "b"
    )


@slow
@given(_DOCUMENTS)
def test_a_mapping_arrives_as_it_was(document):
    assert json.loads(arrived(library._text_of(document)).text) == document


@slow
@given(_TEXT.filter(str.strip), st.sampled_from([1, library.PLAIN]))
def test_text_arrives_as_it_was_whether_compressed_or_not(text, times):
    assert arrived(text * times).text == text * times


@slow
@given(_TEXT | st.text("profiles:[]{}&*!|>'\"-? \n\t#%,1\x00\ud800"))
def test_any_text_is_published_or_refused_in_one_line(text):
    refusal = ""
    try:
        library.check_document(text)
    except library.PublishError as error:
        refusal = str(error)
    assert "\n" not in refusal


@slow
@given(_DATABAGS)
def test_any_databag_is_a_document_a_problem_or_nothing(databag):
    for key in ("document", "report"):
        read = library._read(databag, key, "tester", "profiles-management")

        assert read.text is None or not read.problem
        assert "\n" not in read.problem
        assert len(read.problem) < 200


@slow
@given(_VALUES.map(json.dumps) | st.text())
def test_any_text_is_an_answer_or_a_problem(text):
    answer = library._answer_in(text, "profiles-management")

    assert answer.problem or set(json.loads(text)) >= {"applied", "pending", "failed", "problem"}


@slow
@given(
    st.dictionaries(
        _TEXT.filter(str.isidentifier),
        st.tuples(st.sampled_from(["applied", "pending", "failed"]), _TEXT),
    )
)
def test_an_answer_arrives_as_it_was_but_for_its_reasons_on_one_line(profiles):
    text = library._answer_of(profiles, "", ()).text()
    answer = library._answer_in(text, "profiles-management")

    assert sorted([*answer.applied, *answer.pending, *answer.failed]) == sorted(profiles)
    assert all(
        reason == library._line(profiles[name][1])
        for name, reason in (answer.pending | answer.failed).items()
    )


def test_a_bomb_is_not_blown_up():
    packer = zlib.compressobj()
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(128)) + packer.flush()
    value = base64.b64encode(data).decode()

    tracemalloc.start()
    read = library._read(
        {"version": "1", "encoding": "zlib+base64", "document": value}, "document", "a", "b"
    )
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read.problem.endswith("it has more than 16,777,216 bytes when decompressed")
    assert most < 3 * library.LARGEST_TEXT
