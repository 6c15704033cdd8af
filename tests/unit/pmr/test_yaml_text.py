"""Readers of YAML 1.1 and 1.2 read our YAML alike; tests/integration asks Go's reader."""

import io
import json

import pytest
import ruamel.yaml
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles_management.pmr import yaml_text
from scenarios import texts

TEXT = (
    st.sampled_from(texts.ALL) | st.text() | st.text("0123456789abcdefxo+-_.:eEyYnN ~", max_size=8)
)
NUMBER = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
SCALAR = TEXT | NUMBER | st.none() | st.booleans()
DATA = st.recursive(
    SCALAR, lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXT, part, max_size=3)
)


def by_yaml_1_1(text):
    return yaml.load(text, Loader=yaml.SafeLoader)


def by_libyaml(text):
    return yaml.load(text, Loader=yaml.CSafeLoader)


def by_yaml_1_2(text):
    return ruamel.yaml.YAML(typ="safe", pure=True).load(io.StringIO(text))


READERS = [by_yaml_1_1, by_libyaml, by_yaml_1_2]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("group", ["WORDS", "NUMBERS", "MARKS", "LINES", "CHARACTERS"])
def test_a_text_is_read_as_that_text_wherever_it_stands(read, group):
    data = {text: [text, {text: [[text]]}] for text in getattr(texts, group)}

    assert read(yaml_text.dump({"a": data, "b": [data]})) == {"a": data, "b": [data]}


@pytest.mark.parametrize("read", READERS)
def test_a_document_may_be_nothing_but_a_text(read):
    assert [read(yaml_text.dump(text)) for text in texts.ALL] == list(texts.ALL)


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=50)
@given(data=DATA)
def test_any_data_is_read_as_it_was_written(read, data):
    found = read(yaml_text.dump(data))

    assert found == data
    assert json.dumps(found) == json.dumps(data)  # 1, 1.0 and true are not one


@given(data=DATA)
def test_for_a_terminal_everything_is_ascii_and_nothing_else_changes(data):
    text = yaml_text.dump(data, only_ascii=True)

    assert text.replace("\n", "").isprintable()
    assert text.isascii()
    assert by_yaml_1_2(text) == data


@given(data=DATA)
def test_what_a_person_cannot_see_is_escaped(data):
    assert yaml_text.dump(data).replace("\n", "").isprintable()


@pytest.mark.parametrize("key", ["k" * 999, "k" * 1_001, "k" * 1_024, "é" * 3_000, "\n" * 600])
@pytest.mark.parametrize("value", [1, {"a": {"b": [1]}}, [1, [2]], {}, []])
@pytest.mark.parametrize("read", READERS)
def test_a_long_key_is_a_key(read, key, value):
    data = {"a": [{key: value, "b": 1}]}

    assert read(yaml_text.dump(data)) == data


@pytest.mark.parametrize("number", [1e16, 1e-7, -0.0, 1.5, 100.0, 5e-324, 1.7976931348623157e308])
@pytest.mark.parametrize("read", READERS)
def test_a_number_stays_a_number(read, number):
    assert repr(read(yaml_text.dump([number]))) == repr([number])


def test_data_is_written_in_blocks_as_people_write_them():
    data = {"a": [{"b": 1, "c": [1, [2]]}, "x y"], "d": {"e": {}, "f": []}, "g": "8", "h": None}

    assert yaml_text.dump(data) == (
        'a:\n- b: 1\n  c:\n  - 1\n  - - 2\n- "x y"\nd:\n  e: {}\n  f: []\ng: "8"\nh: null\n'
    )
