"""The repository, revision and path that a page of a web interface shows. Pure.

It knows GitHub, GitLab, Gitea, Bitbucket, Azure DevOps, cgit and sourcehut by the paths of their
pages, because the hosts may have any name.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from profiles_management.git.location import Location

RAW_HOSTS = {"raw.githubusercontent.com", "raw.github.com"}
"""Hosts from which GitHub serves files; the repositories are on github.com."""

_NAME = r"[^/]++"
_FOLDERS = rf"(?:{_NAME}/)*?"
_HOST = rf"{_NAME}/"
_OWNED = rf"(?P<repository>{_NAME}/{_NAME})/"  # OWNER/REPOSITORY/
_SHOWN = rf"(?:refs/{_NAME}/(?=[^/]))?(?P<revision>{_NAME})/(?P<path>.*+)"  # REVISION/PATH/
_FILES = "(?:tree|blob|raw|blame|edit)/"
_GITLAB = rf"{_HOST}(?P<repository>{_NAME}/{_NAME}(?:/(?!-/){_NAME})*+)/-/"
_GITHUB = rf"github\.com/{_OWNED}"
_VIEWS = (  # of GitLab and GitHub, after the repository
    rf"(?:tree|blob|raw|blame|edit|src|commits)/{_SHOWN}",
    rf"(?:commit|releases/tag)/(?P<revision>{_NAME})/.*+",
    r"pull/(?P<pull>\d++)/.*+",
)
_GIT_SUFFIX = rf"{_HOST}(?P<repository>{_FOLDERS}[^/]+\.git)/"

_PATTERNS = (  # of HOST/PATH/; the first that matches counts
    rf"raw\.github(?:usercontent)?\.com/{_OWNED}{_SHOWN}",
    *(f"{_GITLAB}{view}" for view in _VIEWS),
    f"{_GITLAB}.*+",
    # cgit: its revision is in the query
    rf"{_GIT_SUFFIX}(?:tree|plain)/(?P<path>.*+)",
    # pages under REPOSITORY.git, and requests of Git itself
    rf"{_GIT_SUFFIX}.++",
    # Gitea
    rf"{_HOST}{_OWNED}(?:src|raw|media|blame|commits)/(?:branch|tag|commit)/{_SHOWN}",
    # Azure DevOps: its revision and path are in the query
    rf"{_HOST}(?P<repository>{_FOLDERS}_git/{_NAME})/.++",
    # sourcehut
    rf"{_HOST}(?P<repository>~{_NAME}/{_NAME})/{_FILES}(?P<revision>{_NAME})/item/(?P<path>.*+)",
    # GitHub on other hosts
    rf"{_HOST}{_OWNED}{_FILES}{_SHOWN}",
    rf"bitbucket\.org/{_OWNED}src/{_SHOWN}",
    *(f"{_GITHUB}{view}" for view in _VIEWS),
    f"{_GITHUB}.++",
)
_BITBUCKET_SERVER = re.compile(
    rf"(?P<context>{_FOLDERS})(?P<kind>projects|users)/(?P<key>{_NAME})/repos/(?P<name>{_NAME})/"
    r"(?:(?:browse|raw)/(?P<path>.*+)|.*+)"
)


def location_of_page(host: str, path: str) -> Location | None:
    """Return what a page shows, with the path of the repository in place of its URL.

    Args:
        host: the host of the page.
        path: the path of the page's URL.

    Returns:
        None if the URL is not that of a page. A path that ends in `.git` is a repository.
    """
    path = path.strip("/")
    is_repository = path.endswith(".git") and ".git/" not in path
    if "//" in path or is_repository:
        return None
    server = _BITBUCKET_SERVER.fullmatch(f"{path}/")
    if server:
        return _on_bitbucket_server(server)
    for pattern in _PATTERNS:
        page = re.fullmatch(pattern, f"{host.lower()}/{path}/")
        if page:
            return _location(page.groupdict(""))
    return None


def _location(page: dict[str, str]) -> Location:
    """Return the location that the groups of a pattern name."""
    revision = unquote(page.get("revision", ""))
    if "pull" in page:
        revision = f"refs/pull/{page['pull']}/head"
    path = unquote(page.get("path", "")).strip("/")
    return Location(f"/{page['repository']}", revision, path)


def _on_bitbucket_server(page: re.Match[str]) -> Location:
    """Return the location that `projects/KEY/repos/NAME/browse/PATH` shows.

    The repository is `scm/key/NAME.git`; the repositories of a person are under `scm/~PERSON`.
    """
    owner = page["key"].lower() if page["kind"] == "projects" else f"~{page['key']}"
    repository = f"/{page['context']}scm/{owner}/{page['name']}.git"
    return Location(repository, "", unquote(page["path"] or "").strip("/"))
