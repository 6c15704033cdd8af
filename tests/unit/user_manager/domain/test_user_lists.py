"""Lists of users: read with every error and its line, written so that nothing runs as a formula."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.errors import Invalid
from user_manager.domain.identifiers import check_user_id, check_user_name, user_key
from user_manager.domain.spreadsheet_cells import from_cell, to_cell
from user_manager.domain.user_lists import UserRow, read_csv, read_json, write_csv, write_json
from user_manager.domain.vocabulary import Role


def fits(check):
    def accepted(text):
        try:
            return check(text) == text
        except Invalid:
            return False

    return accepted


USERS = st.lists(
    st.tuples(
        st.text("=+-@'a;\",b", min_size=1).filter(fits(check_user_id)),
        st.text("=+-@'a;\",b ", min_size=1).filter(fits(check_user_name)),
        st.lists(st.sampled_from([role.name for role in Role]), unique=True),
    ),
    unique_by=lambda user: user_key(user[0]),
)


def errors_of(read, text):
    with pytest.raises(Invalid) as error:
        read(text)
    return {field.path: field.what for field in error.value.errors}


def test_csv_has_an_id_a_name_and_roles_separated_by_semicolons():
    text = (
        "id,name,roles\n"
        "ann@example.com,Ann,PROCESS_ETL_TASK; EDIT_TASK;EDIT_TASK\n"
        "\n"
        'bob@example.com,"Bob, Jr.",\n'
    )

    assert read_csv(text) == [
        UserRow(2, "ann@example.com", "Ann", (Role.EDIT_TASK, Role.PROCESS_ETL_TASK)),
        UserRow(4, "bob@example.com", "Bob, Jr.", ()),
    ]


@pytest.mark.parametrize("text", ["name,id\nAnn,ann\n", " ID ,Name\r\nann,Ann\r\n"])
def test_columns_are_found_by_name_and_roles_may_be_left_out(text):
    assert read_csv(text) == [UserRow(2, "ann", "Ann", ())]


@pytest.mark.parametrize(
    "text", ["", "\n", "ann,Ann,\n", "id;name;roles\n", "id,id,name\n", "id\n"]
)
def test_csv_begins_with_the_names_of_its_columns(text):
    assert errors_of(read_csv, text) == {
        "line 1": "must name the columns, separated by commas: id,name,roles"
    }


def test_all_errors_of_a_csv_file_are_reported_with_their_lines():
    text = 'id,name,roles\n*,Ann,\nbob,,BOSS\neve,Eve\none,"two\nlines",\nZoe,Zoe,\nzoe,Zoe,\n'
    errors = errors_of(read_csv, text)

    assert list(errors) == [
        "line 2, id",
        "line 3, name",
        "line 3, roles",
        "line 4",
        "line 5, name",
        "line 8, id",
    ]
    assert errors["line 4"] == "has 2 cells, the first line has 3"
    assert errors["line 8, id"].startswith("is the id of line 7")


def test_a_file_that_is_no_csv_is_refused_with_the_line():
    assert list(errors_of(read_csv, 'id,name\nann,"Ann" x\n')) == ["line 2"]
    assert list(errors_of(read_csv, 'id,name\nann,"Ann\n')) == ["line 2"]


def test_json_is_a_list_of_users():
    text = '[\n {"id": "ann", "name": "Ann", "roles": ["MANAGE_DATA"]},\n\n {"id": "bob", "name": "Bob"}\n]'

    assert read_json(text) == [
        UserRow(2, "ann", "Ann", (Role.MANAGE_DATA,)),
        UserRow(4, "bob", "Bob", ()),
    ]
    assert read_json("[]") == []


def test_all_errors_of_a_json_file_are_reported_with_their_lines():
    items = [
        '{"id": 7, "name": "A", "roles": "EDIT_TASK"}',
        '{"id": "bob", "name": "B", "roles": ["BOSS"]}',
        '{"id": "eve"}',
        '{"id": "eve", "name": "E", "admin": true}',
        "null",
        '{"id": "x", "name": "\\u0000"}',
    ]
    errors = errors_of(read_json, "[" + ",\n".join(items) + "]")

    assert list(errors) == [
        *("line 1, id", "line 1, roles", "line 2, roles"),
        *("line 3", "line 4", "line 5", "line 6, name"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        *((text, "line 1") for text in ("", "{}", "7", "[" * 100_000, "[" + "9" * 5_000 + "]")),
        ('[\n{"id": "ann"\n', "line 3"),
    ],
)
def test_a_file_that_is_no_json_list_is_refused(text, line):
    assert list(errors_of(read_json, text)) == [line]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+7 999", "'+7 999"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("'=x", "''=x"),
        ("\uff1dx", "'\uff1dx"),
        ("ann@example.com", "ann@example.com"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_no_cell_runs_as_a_formula(text, cell):
    assert to_cell(text) == cell
    assert from_cell(cell) == text


@given(st.text())
def test_every_text_survives_as_a_cell(text):
    assert from_cell(to_cell(text)) == text


@given(USERS)
def test_users_survive_both_formats(users):
    def read_back(rows):
        return [(row.user_id, row.name, {role.name for role in row.roles}) for row in rows]

    expected = [(user_id, name, {*roles}) for user_id, name, roles in users]
    assert read_back(read_csv(write_csv(users))) == expected
    assert read_back(read_json(write_json(users))) == expected


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_separator_of_a_spreadsheet_splits_a_cell_into_a_formula(separator):
    text = write_csv([("a;=1", "x\u00a0,=1", [])] if separator == ";" else [("a,=1", "x", [])])
    rows = csv.reader(io.StringIO(text), delimiter=separator)

    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_json_keeps_letters_as_they_are():
    assert json.loads(write_json([("анна", "Анна", [])])) == [
        {"id": "анна", "name": "Анна", "roles": []}
    ]
    assert "анна" in write_json([("анна", "Анна", [])])
