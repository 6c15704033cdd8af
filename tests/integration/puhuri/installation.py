"""An installation of the command in a portal: its document, its runs, and what they made."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from integration.puhuri.portals import Portal
from profiles_management.cli.main import main
from profiles_management.puhuri.client.models import Grant, Project, ProjectRole

PROFILE = "training"
NOBODY = {"kind": "Group", "name": "nobody"}
"""An owner whom a portal cannot have, so that nobody but contributors gets a role."""
_CHANGES = 2  # the exit code of `plan --exit-code`


@dataclass(frozen=True)
class Installation:
    """The projects whose backend_id begins with a name."""

    portal: Portal
    name: str
    folder: Path

    # the document and its runs

    @property
    def document(self) -> Path:
        """The file with the document."""
        return self.folder / "pmr.yaml"

    def write(self, *profiles: dict) -> None:
        """Write the document."""
        self.document.write_text(json.dumps({"profiles": profiles}), encoding="utf-8")

    def profile(self, contributors: dict | None = None, **section: object) -> dict:
        """Return a profile; a contributor is `{name: {role: ..., until: ...}}`."""
        people = [{"name": name, **more} for name, more in (contributors or {}).items()]
        shown = {"name": f"{PROFILE} of {self.name}", **section}
        return {"name": PROFILE, "owner": NOBODY, "contributors": people, "puhuri": shown}

    def run(self, name: str, *options: str) -> tuple[int, str]:
        """Run a command of the portal, and return its exit code and its output."""
        out, errors = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as environment:
            self.portal.set_variables(environment)
            with redirect_stdout(out), redirect_stderr(errors):
                code = main(["puhuri", name, "--instance", self.name, *options])
        assert code in (0, _CHANGES), out.getvalue() + errors.getvalue()
        return code, out.getvalue()

    def apply(self, *options: str) -> None:
        """Make the portal match the document."""
        code, out = self.run("apply", str(self.document), "--allow-revocations", *options)
        assert code == 0, out

    def has_changes(self) -> bool:
        """Return whether an apply would change anything."""
        code, _ = self.run("plan", str(self.document), "--exit-code", "--yes")
        return code == _CHANGES

    def exported(self) -> str:
        """Return the projects of the customer as a document."""
        return self.run("export")[1]

    # what the portal has

    def projects(self) -> list[Project]:
        """Return the projects of the installation."""
        with self.portal.client() as client:
            projects = [*client.projects.find(customer=self.portal.customer.uuid)]
        return [project for project in projects if project.backend_id.startswith(f"{self.name}/")]

    def grants(self) -> list[Grant]:
        """Return the roles in the project of the profile."""
        (project,) = self.projects()
        with self.portal.client() as client:
            return [*client.members.find(project=project.uuid)]

    def roles(self) -> dict[str, tuple[str, datetime | None]]:
        """Return {user name: (role, end)} in the project of the profile."""
        return {grant.username: (grant.role, grant.expiration_time) for grant in self.grants()}

    # what the portal gets besides the runs

    def add_owner_of_token(self) -> str:
        """Make the owner of the token a member of a project of its own, and return the user name.

        A run finds members of the customer's projects without a look-up.
        """
        customer = self.portal.customer.uuid
        with self.portal.client() as client:
            user = client.users.me()
            name = f"{self.name}-others"
            project = client.projects.create(customer=customer, name=name, backend_id=name)
            client.members.add(project.uuid, user.uuid, ProjectRole.MEMBER)
        return user.username

    def clean_up(self) -> None:
        """Delete every project that the test made."""
        with self.portal.client() as client:
            for project in [*client.projects.find(customer=self.portal.customer.uuid)]:
                if project.backend_id.startswith(self.name):
                    client.projects.delete(project.uuid)
