"""The profiles of a cluster as projects of a portal: one document for both."""

from portal_documents import CUSTOMER, document
from puhuri.exports import MANAGER, project
from puhuri.runs import members

from puhuri_server.sample import cuid


def test_an_export_of_a_cluster_makes_projects(run, controller, portal, here):
    (here / "old.yaml").write_text(document(("bo", "edit"), ("cleo", "view")))
    run("apply", "old.yaml")
    (here / "pmr.yaml").write_text(run("export").out)
    options = ("pmr.yaml", "--customer", CUSTOMER, "--instance", "test")

    made = run("puhuri", "apply", *options)

    assert made.code == 0
    assert members(portal, "quantum") == {
        (cuid("ada"), "PROJECT.MANAGER"),
        (cuid("bo"), "PROJECT.ADMIN"),
        (cuid("cleo"), "PROJECT.MEMBER"),
    }
    assert run("puhuri", "plan", *options).last == "No changes. 1 profile matches."
    assert run("plan", "pmr.yaml").last == "No changes. 1 profile matches."


def test_whom_the_portal_does_not_find_by_address_is_named(run, controller, portal, here):
    text = document(("bo", "edit"), named=lambda name: f"{name}@example.org")
    (here / "old.yaml").write_text(text)
    run("apply", "old.yaml")
    (here / "pmr.yaml").write_text(run("export").out)
    project(portal.world, "Old", ("ada", MANAGER))
    options = ("pmr.yaml", "--customer", CUSTOMER, "--instance", "test", "--people", "email")

    ran = run("puhuri", "apply", *options)

    assert members(portal, "quantum") == {(cuid("ada"), "PROJECT.MANAGER")}
    assert "bo@example.org" in ran.out
    assert "needs-cuid" in str(run("puhuri", "plan", *options, "-o", "json").data["warnings"])
