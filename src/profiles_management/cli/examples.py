"""Examples for the help of each command: the purpose and the arguments. A test runs them.

The order of the commands is that of the help of the program.
"""

from collections.abc import Mapping
from typing import Final

Example = tuple[str, str]

_PLAN: Final = (
    ("Preview the changes to the cluster of the current context", "plan pmr.yaml"),
    ("Preview the changes of several files and a folder together", "plan -f base.yaml -f teams/"),
    ("Exit with 2 if there are changes, for scripts", "plan pmr.yaml --exit-code"),
    ("List everybody who would lose access", "plan pmr.yaml -o json"),
    ("Write a comment for a pull request", "plan pmr.yaml -o markdown"),
)

EXAMPLES: Final[Mapping[str, tuple[Example, ...]]] = {
    "validate": (
        ("Check a document", "validate pmr.yaml"),
        ("Check all documents of a folder together", "validate teams/"),
        ("Show errors in a pull request on GitHub", "validate pmr.yaml -o github"),
    ),
    "convert": (("Convert a document of github-profiles-automator", "convert old.yaml"),),
    "plan": _PLAN,
    "diff": _PLAN,
    "apply": (
        ("Reconcile the cluster with the document", "apply pmr.yaml"),
        ("Preview it first", "apply pmr.yaml --dry-run"),
        ("Write manifests for GitOps", "apply pmr.yaml --directory out"),
    ),
    "list-stale": (("List profiles that no file defines", "list-stale base.yaml teams/"),),
    "delete-stale": (
        ("Show stale profiles, ask, and delete them", "delete-stale pmr.yaml"),
        ("Revoke access and keep the data", "delete-stale pmr.yaml --keep-data"),
    ),
    "export": (("Save an existing cluster as a document", "export > pmr.yaml"),),
    "access": (
        ("Show who has access to what", "access"),
        ("Show the access of one person", "access --person ann@example.com"),
        ("Save a report for auditors", "access -o html > access.html"),
    ),
    "offboard": (
        ("Show what a person has", "offboard ann@example.com pmr.yaml"),
        ("Remove the person from the files", "offboard ann@example.com teams/ --write"),
    ),
    "schema": (("Save the JSON Schema for an editor", "schema > pmr.schema.json"),),
    "rbac": (
        ("Grant the permissions of apply", "rbac | kubectl apply -f -"),
        ("Print the permissions of plan and access", "rbac --plan-only"),
    ),
    "puhuri plan": (
        (
            "Preview the changes to the portal of PUHURI_URL",
            "puhuri plan pmr.yaml --instance lab",
        ),
        (
            "Preview them for another customer",
            "puhuri plan pmr.yaml --instance lab --customer Physics",
        ),
    ),
    "puhuri apply": (
        (
            "Reconcile the portal with the document",
            "puhuri apply pmr.yaml --instance lab",
        ),
        (
            "End allocations too that the document does not list",
            "puhuri apply pmr.yaml --instance lab --allow-terminations",
        ),
    ),
    "puhuri export": (
        (
            "Print the projects of a customer as a document",
            "puhuri export --customer Physics --instance lab",
        ),
    ),
    "puhuri customers": (("List the customers of the token", "puhuri customers"),),
    "puhuri projects": (
        ("List the projects of a customer", "puhuri projects --customer Physics"),
        ("Find a project by the identifier of a profile", "puhuri projects --backend-id lab/ml"),
    ),
    "puhuri members": (
        ("List everybody's roles in all projects", "puhuri members"),
        ("List the roles of a person", "puhuri members --full-name Ada"),
    ),
    "puhuri offerings": (
        ("List what can be allocated now", "puhuri offerings --state Active --shared"),
    ),
    "puhuri allocations": (
        ("List allocations with their limits", "puhuri allocations --state OK"),
    ),
    "puhuri orders": (
        ("List what waits for a provider", "puhuri orders --state pending-provider"),
    ),
    "puhuri usage": (
        ("Save the usage of a month", "puhuri usage --billing-period 2027-01 -o csv > usage.csv"),
    ),
    "puhuri report": (
        ("Show what projects used this month", "puhuri report"),
        (
            "Show the quotas of their profiles in a cluster too",
            "puhuri report --instance lab --context lab",
        ),
        ("Save a page for others", "puhuri report --month 2026-10 -o html > usage.html"),
        (
            "Save the usage since January 2026 as a table",
            "puhuri report --from 2026-01 -o csv > usage.csv",
        ),
    ),
    "completion": (
        ("Turn on completion in this bash session", "completion bash > pm.bash; source pm.bash"),
        ("Save the completion script of fish", "completion fish > profiles-management.fish"),
    ),
    "help": (("Show the help of a command", "help plan"),),
    "version": (("Show the version", "version"),),
}
