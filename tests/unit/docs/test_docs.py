"""The documentation is true: documents are valid, commands exist, output is real."""

import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

import profiles_management
from profiles_management.cli.main import app, main
from profiles_management.kubeflow.settings import Declaration, declarations
from profiles_management.pmr import documents
from profiles_management.pmr.convert import convert
from profiles_management.reconcile.plan import Action, Reason

ROOT = Path(__file__).parents[3]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
CHARM = yaml.safe_load((ROOT / "charmcraft.yaml").read_text())
COLUMNS = 80
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BAD = "profiles:\n- name: ml-engineers\n  owner:\n    kind: User\n    name: admin@example.com\n  contributers:\n"


def joined(page: Path) -> str:
    """Return the text of a page, with commands joined that continue after a backslash."""
    return re.sub(r" \\\n\s*", " ", page.read_text())


def blocks(language: str) -> list[tuple[str, str]]:
    """Return (page, text) of every block of a language."""
    found = (
        (page, *match.groups()) for page in PAGES for match in FENCE.finditer(page.read_text())
    )
    return [(str(page.relative_to(ROOT)), text) for page, name, text in found if name == language]


def commands() -> list[tuple[str, str]]:
    """Return (page, command line) of every command on a page."""
    line = re.compile(r"^(?:    +|\$ )(profiles-management [a-z].*)$", re.MULTILINE)
    return [
        (str(page.relative_to(ROOT)), found)
        for page in PAGES
        for found in line.findall(joined(page))
    ]


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_every_document_that_is_shown_is_valid(page: str, text: str) -> None:
    assert documents.loads(text, name=page)


@pytest.mark.parametrize(("page", "text"), blocks("yml"))
def test_every_document_that_is_shown_as_one_source_among_several_is_valid(
    page: str, text: str
) -> None:
    assert documents.loads(text, name=page, additions=True).additions


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_that_is_shown_exists(page: str, line: str) -> None:
    name, *rest = shlex.split(re.split(r"\s[|>#]", line)[0])[1:]
    command = get_command(app).commands[name]
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    known = command.params

    options = {option for parameter in known for option in parameter.opts}

    assert {word for word in rest if word.startswith("--")} <= options


def juju(command: str) -> list[tuple[str, list[str]]]:
    """Return (page, words after the application) of every `juju COMMAND` about our charm."""
    line = re.compile(rf"juju {command} profiles-management(?:/leader)? ([^`\n]*)")
    return [
        (str(page.relative_to(ROOT)), found.split())
        for page in PAGES
        for found in line.findall(joined(page))
    ]


@pytest.mark.parametrize(("page", "words"), juju("config"))
def test_every_option_that_is_shown_exists(page: str, words: list[str]) -> None:
    set_or_reset = [
        name
        for word in words
        for name in word.partition("=")[0].split(",")
        if not name.startswith("--")
    ]

    assert set(set_or_reset) <= CHARM["config"]["options"].keys()


@pytest.mark.parametrize(("page", "words"), juju("run"))
def test_every_action_that_is_shown_exists(page: str, words: list[str]) -> None:
    name, *params = words

    assert {param.partition("=")[0] for param in params} <= CHARM["actions"][name].get(
        "params", {}
    ).keys()


@pytest.mark.parametrize(("page", "text"), blocks("python"))
def test_every_sample_of_code_runs(
    page: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    exec(compile(text, page, "exec"), {})  # noqa: S102 - the page's own sample


@pytest.mark.parametrize(("page", "text"), blocks("console"))
def test_every_output_that_is_shown_is_what_is_printed(
    page: str,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")  # without a progress bar
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    sample = next(document for where, document in blocks("yaml") if where == page)
    Path("pmr.yaml").write_text(sample)
    Path("bad.yaml").write_text(BAD + "  - {name: ann@example.com, role: edit}\n")
    line, _, shown = text.partition("\n")

    main(shlex.split(line)[2:])

    printed = "".join(capsys.readouterr())
    assert printed.strip() == shown.strip()


def code_lines(page: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of code of a page (in fences, or indented) with their numbers."""
    is_fenced = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif is_fenced or line.startswith(" " * 4):
            yield number, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_of_code_is_wider_than_a_terminal(page: Path) -> None:
    assert [
        f"{page.name}:{number}: {line}" for number, line in code_lines(page) if len(line) > COLUMNS
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_of_text_is_wider_than_100_columns(page: Path) -> None:
    lines = (line.lstrip() for line in page.read_text().splitlines() if len(line) > 100)

    assert [line for line in lines if not line.startswith(("|", "!["))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_column_of_a_table_has_a_header(page: Path) -> None:
    headers = re.findall(r"^(\|.*)\n\|[ :|-]+\|$", page.read_text(), re.MULTILINE)

    assert [
        header
        for header in headers
        if "" in (cell.strip() for cell in header.strip("|").split("|"))
    ] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_who_reads_how_to_begin_learns_of_the_cluster_to_play_with(page: str) -> None:
    assert re.search(r"^    make cluster  +# ", (ROOT / page).read_text(), re.MULTILINE)


def test_the_document_that_is_shown_converted_is_what_convert_prints() -> None:
    page = "docs/how-to/github-profiles-automator.md"
    (theirs,) = [text for where, text in blocks("text") if where == page]
    (ours,) = [text for where, text in blocks("yaml") if where == page]

    assert convert(theirs).text == ours


TEXT = re.compile(
    r'<text style="(?P<style>[^"]*text-anchor: (?P<anchor>\w+))" x="(?P<x>[\d.]+)"[^>]*'
    r"rotate\(-?0 [^>]*>(?P<text>[^<]+)"
)
# of DejaVu Sans, in times of its size; others 0.62
WIDTHS = {"ijl": 0.28, " ,.": 0.32, "()tfr-": 0.4, "mwMW": 0.9}


def width_of(text: str, style: str) -> float:
    """Return the width of a text of a plot in its first font."""
    each = (
        next((width for marks, width in WIDTHS.items() if mark in marks), 0.62) for mark in text
    )
    return 8 * sum(each) * (1.1 if "font-weight: 700" in style else 1)


@pytest.mark.parametrize("picture", ["scale.svg", "speed.svg"])
def test_no_text_of_a_plot_is_cut_off(picture: str) -> None:
    svg = (ROOT / "docs/images" / picture).read_text()
    whole = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    texts = list(TEXT.finditer(svg))
    assert len(texts) > 10
    for found in texts:
        width = width_of(found["text"], found["style"])
        left = float(found["x"]) - width * {"start": 0, "middle": 0.5, "end": 1}[found["anchor"]]
        assert 0 <= left < left + width <= whole, found["text"]


def manifests(tool: str) -> list[dict]:
    """Return the manifests that the page on GitOps shows for a tool."""
    shown = re.search(
        rf"^```yaml {tool}\n(.*?)^```",
        (ROOT / "docs/how-to/gitops.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    assert shown is not None
    return list(yaml.safe_load_all(shown[1]))


def test_argo_cd_is_shown_with_all_that_it_needs() -> None:
    (application,) = manifests("argocd")

    assert application["spec"]["source"]["directory"] == {"recurse": True}
    assert application["spec"]["syncPolicy"]["automated"]["prune"] is True
    assert application["spec"]["syncPolicy"]["retry"]["limit"] > 0


def test_flux_is_shown_with_all_that_it_needs() -> None:
    repository, profiles, contents = manifests("flux")

    for kustomization in (profiles, contents):
        assert kustomization["spec"]["prune"] is True
        assert kustomization["spec"]["retryInterval"]
        assert kustomization["spec"]["sourceRef"]["name"] == repository["metadata"]["name"]
    assert contents["spec"]["dependsOn"] == [{"name": profiles["metadata"]["name"]}]


def test_every_link_leads_to_a_file() -> None:
    links = re.compile(r"\]\((?!https?:)([^)#]+)")

    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in links.findall(page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_to_a_heading_leads_there() -> None:
    links = re.compile(r"\]\((?!https?:)([^)#]*)#([^)]+)\)")

    broken = [
        f"{page.relative_to(ROOT)}: {file}#{heading}"
        for page in PAGES
        for file, heading in links.findall(page.read_text())
        if heading not in headings(page.parent / file if file else page)
    ]

    assert broken == []


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_of_the_code_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text()
    library = ROOT / "src/profiles_management"
    folders = [ROOT, ROOT / "src", library, library / "kubeflow/planning"]

    named = re.findall(r"`([\w./-]+\.(?:py|yaml|json|toml|expected))`", text)
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []


def test_the_reference_names_every_action_and_reason() -> None:
    text = (ROOT / "docs/reference/command.md").read_text()

    assert [one.name for one in (*Action, *Reason) if f"`{one.name.lower()}`" not in text] == []


def test_the_reference_names_every_option_of_the_command() -> None:
    text = (ROOT / "docs/reference/command.md").read_text()
    options = {
        option
        for command in get_command(app).commands.values()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    }

    named = set(re.findall(r"--[a-z-]+", text))
    assert options - named == set()


def test_nothing_recommends_a_package_by_a_name_that_is_not_ours_on_the_index() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    files = [*PAGES, *(path for folder in ("src", "lib") for path in (ROOT / folder).rglob("*.py"))]
    commands_of_pip = [
        found for path in files for found in re.findall(r"pip install ([^`\n]*)", path.read_text())
    ]
    # A clone, with extras; or a name with the address of what it means.
    allowed = re.compile(
        r"(--quiet )?('\.\[(?P<extras>[a-z,{}-]+)\]'|\.|\"profiles-management(\[[a-z,]+\])? @ )"
    )

    recommended = {found: allowed.match(found) for found in commands_of_pip}

    assert [found for found, match in recommended.items() if match is None] == []
    named = {
        name
        for match in recommended.values()
        if match
        for name in (match["extras"] or "").split(",")
    }
    assert named - {"", "{extra}"} <= extras.keys()


def test_the_page_on_python_names_everything_that_is_public() -> None:
    page = (ROOT / "docs/reference/python.md").read_text()

    missing = [name for name in profiles_management.__all__ if f"`{name}" not in page]
    assert not missing


@pytest.mark.parametrize("setting", declarations().values(), ids=list(declarations()))
def test_the_page_on_python_has_every_setting(setting: Declaration) -> None:
    page = (ROOT / "docs/reference/python.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith(f"| `{setting.name}` |")]

    assert len(rows) == 1, f"docs/reference/python.md needs one row that begins: | `{setting.name}`"
    (row,) = rows
    assert setting.text.removesuffix(".") in row
    if isinstance(setting.default, (str, int, float)):  # other types are described in words
        assert repr(setting.default).replace("'", '"') in row


def rows_of(page: str) -> list[list[str]]:
    """Return the cells of each row of the tables of a reference page."""
    text = (ROOT / "docs/reference" / page).read_text()
    return [
        re.split(r"(?<!\\)\|", row.strip("|"))
        for row in re.findall(r"^\|.*\|$", text, re.MULTILINE)
    ]


@pytest.mark.parametrize("option", CHARM["config"]["options"])
def test_a_reference_has_a_row_for_every_option_of_the_charm(option: str) -> None:
    names = [cells[0] for page in ("charm.md", "command.md") for cells in rows_of(page)]

    named = re.compile(rf"`(--)?{option}[`= |]")
    assert any(map(named.search, names)), f"no row of charm.md or command.md begins with {option}"


@pytest.mark.parametrize(
    "setting",
    [setting for setting in declarations().values() if type(setting.default) in (str, int, float)],
    ids=lambda setting: setting.name,
)
def test_the_row_of_a_setting_has_its_default(setting: Declaration) -> None:
    option = f"`--{setting.name.replace('_', '-')}`"
    defaults = [
        cells[2] for cells in rows_of("command.md") if cells[0].strip() == option and cells[2:]
    ]

    assert all(str(setting.default) in default for default in defaults), (option, defaults)


def test_the_page_on_the_architecture_names_every_package() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    library = ROOT / "src/profiles_management"
    folders = [*library.iterdir(), *(library / "kubeflow").iterdir()]
    packages = [folder for folder in folders if (folder / "__init__.py").exists()]
    modules = (library / "kubeflow").glob("[!_]*.py")

    named = {".".join(folder.relative_to(library).parts) for folder in packages}
    named |= {f"kubeflow.{module.stem}" for module in modules}
    named |= {f"user_manager.{name}" for name in _packages(ROOT / "src/user_manager")}
    assert {name for name in named if f"{name}`" not in page} == set()


def _packages(folder: Path) -> set[str]:
    """Return the packages of the User Manager, without those that Django writes or reads."""
    names = {child.name for child in folder.iterdir() if (child / "__init__.py").exists()}
    return names - {"migrations"}
