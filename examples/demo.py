"""`make demo`: what the command does, on this machine, in a few seconds.

It validates, plans and applies examples/pmr.yaml to a scratch folder, applies it again, changes a
role, and shows what is said of four mistakes. With KUBECONFIG set it asks before it uses that
cluster; without a terminal to ask on it takes the folder.
"""

import contextlib
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "examples" / "pmr.yaml"
DOCUMENT, CHANGED, MISTAKEN, MANIFESTS = "pmr.yaml", "changed.yaml", "mistakes.yaml", "manifests"
ROLE = ("andreea@canonical.com\n    role: view", "andreea@canonical.com\n    role: edit")
MISTAKES = (
    ('limits.cpu: "1"', 'limits.cpu = "1"'),
    ("  contributors:\n  - name: kimonas", "  contributers:\n  - name: kimonas"),
    ("name: data-engineers", "name: Data Engineers"),
    ("bart@canonical.com\n    role: edit", "bart@canonical.com\n    role: editor"),
)


class Demo:
    """Runs commands one after the other, each shown as one would type it.

    They run in this process, because starting Python and loading what it needs takes longer than
    all they do.
    """

    def __init__(self, target: list[str]) -> None:
        self.target = target
        self.surprises = 0

    def step(
        self, says: str, command: str, document: str, *, on_target: bool = True, ends_with: int = 0
    ) -> None:
        """Say what comes, show the command, run it."""
        from profiles_management.cli.main import main as profiles_management  # noqa: PLC0415 - say something first

        arguments = [command, document, *(self.target if on_target else ())]
        say(f"\n# {says}\n$ profiles-management {shlex.join(arguments)}")
        with contextlib.redirect_stderr(sys.stdout):
            code = profiles_management(arguments)
        if code != ends_with:
            self.surprises += 1
            say(f"It ended with {code}; {ends_with} was expected.")

    def run(self) -> None:
        """Run all of it in the current folder."""
        sample = SAMPLE.read_text(encoding="utf-8")
        Path(CHANGED).write_text(edited(sample, ROLE), encoding="utf-8")
        Path(MISTAKEN).write_text(edited(sample, *MISTAKES), encoding="utf-8")
        self.step("Is the document valid?", "validate", DOCUMENT, on_target=False)
        self.step("What would be done?", "plan", DOCUMENT)
        self.step("Do it.", "apply", DOCUMENT)
        self.step("Once more: nothing is left to do.", "apply", DOCUMENT)
        self.step("In changed.yaml andreea@canonical.com may edit, not only view.", "plan", CHANGED)
        self.step(
            "mistakes.yaml has four mistakes: nothing of it is used.", "plan", MISTAKEN, ends_with=1
        )


def main() -> int:
    cluster = wants_cluster()
    scratch = Path(tempfile.mkdtemp(prefix="profiles-management-demo-"))
    shutil.copy(SAMPLE, scratch / DOCUMENT)
    prepare(scratch)
    # an instance of its own leaves everything alone that another run of this software manages in
    # the cluster
    demo = Demo(["--instance", "demo"] if cluster else ["--directory", MANIFESTS])
    say(f"# To repeat what follows ({DOCUMENT} is a copy of examples/pmr.yaml):")
    say(f"$ cd {shlex.quote(str(scratch))}\n$ alias profiles-management={shlex.quote(alias())}")
    demo.run()
    if cluster:
        say(
            "\nTo take it back: echo 'profiles: []' | profiles-management delete-stale - --instance demo --yes"
        )
    else:
        say("\n# What was written, one file an object:")
        for path in sorted(Path(MANIFESTS).rglob("*.yaml")):
            say(f"  {path}")
    say(f"\nIt is all in {scratch}; nothing {'else' if cluster else 'outside'} was touched.")
    return 1 if demo.surprises else 0


def prepare(scratch: Path) -> None:
    """Run the library of this tree in the scratch folder, knowing only the cluster."""
    sys.path.insert(0, str(ROOT / "src"))
    config = os.environ.get("KUBECONFIG", "")
    if config:
        os.environ["KUBECONFIG"] = os.pathsep.join(
            str(Path(one).absolute()) for one in config.split(os.pathsep) if one
        )
    for name in [one for one in os.environ if one.startswith("PROFILES_MANAGEMENT_")]:
        del os.environ[name]
    os.chdir(scratch)


def wants_cluster() -> bool:
    """Ask before a cluster is used; no answer, and no terminal, mean the folder."""
    if not os.environ.get("KUBECONFIG") or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print(f"KUBECONFIG is set ({os.environ['KUBECONFIG']}).")
    try:
        answer = input(
            "Make the sample's profiles in that cluster, rather than in a folder? [y/N] "
        )
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")


def edited(text: str, *edits: tuple[str, str]) -> str:
    for before, after in edits:
        if text.count(before) != 1:
            raise SystemExit(f"{SAMPLE} is not what this demo knows: it should hold once: {before}")
        text = text.replace(before, after)
    return text


def alias() -> str:
    return f"PYTHONPATH={shlex.quote(str(ROOT / 'src'))} {shlex.quote(sys.executable)} -m profiles_management"


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
