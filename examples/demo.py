"""`make demo`: the commands validate, plan and apply, in a few seconds.

It validates, plans and applies examples/pmr.yaml to a scratch folder, applies it again, changes a
role, and shows the messages for four mistakes. If KUBECONFIG is set, it asks before it uses that
cluster. Without a terminal it uses the folder.
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
    """Runs commands one after another, and shows each as a user types it.

    They run in this process, because starting Python takes longer than the commands.
    """

    def __init__(self, target: list[str]) -> None:
        self.target = target
        self.surprises = 0

    def step(
        self, says: str, command: str, document: str, *, on_target: bool = True, ends_with: int = 0
    ) -> None:
        """Print a title and the command, then run the command."""
        from profiles_management.cli.main import main as profiles_management  # noqa: PLC0415 - print something first

        arguments = [command, document, *(self.target if on_target else ())]
        say(f"\n# {says}\n$ profiles-management {shlex.join(arguments)}")
        with contextlib.redirect_stderr(sys.stdout):
            code = profiles_management(arguments)
        if code != ends_with:
            self.surprises += 1
            say(f"The exit code is {code}; {ends_with} was expected.")

    def run(self) -> None:
        """Run all commands in the current folder."""
        sample = SAMPLE.read_text(encoding="utf-8")
        Path(CHANGED).write_text(edited(sample, ROLE), encoding="utf-8")
        Path(MISTAKEN).write_text(edited(sample, *MISTAKES), encoding="utf-8")
        self.step("Check the document.", "validate", DOCUMENT, on_target=False)
        self.step("Show the changes.", "plan", DOCUMENT)
        self.step("Make the changes.", "apply", DOCUMENT)
        self.step("Apply it again: a no-op.", "apply", DOCUMENT)
        self.step(
            "changed.yaml gives andreea@canonical.com the role edit in place of view.",
            "plan",
            CHANGED,
        )
        self.step(
            "mistakes.yaml has four mistakes, so nothing of it is applied.",
            "plan",
            MISTAKEN,
            ends_with=1,
        )


def main() -> int:
    cluster = wants_cluster()
    scratch = Path(tempfile.mkdtemp(prefix="profiles-management-demo-"))
    shutil.copy(SAMPLE, scratch / DOCUMENT)
    prepare(scratch)
    # a separate instance does not change what other installations manage in the cluster
    demo = Demo(["--instance", "demo"] if cluster else ["--directory", MANIFESTS])
    say(f"# To repeat these commands ({DOCUMENT} is a copy of examples/pmr.yaml):")
    say(f"$ cd {shlex.quote(str(scratch))}\n$ alias profiles-management={shlex.quote(alias())}")
    demo.run()
    if cluster:
        say(
            "\nTo undo it: echo 'profiles: []' | profiles-management delete-stale - --instance demo --yes"
        )
    else:
        say("\n# The written files, one for each object:")
        for path in sorted(Path(MANIFESTS).rglob("*.yaml")):
            say(f"  {path}")
    say(f"\nAll files are in {scratch}; nothing {'else' if cluster else 'outside'} was changed.")
    return 1 if demo.surprises else 0


def prepare(scratch: Path) -> None:
    """Enter the scratch folder, with the library of this tree and no settings."""
    sys.path.insert(0, str(ROOT / "src"))
    config = os.environ.get("KUBECONFIG", "")
    if config:
        os.environ["KUBECONFIG"] = os.pathsep.join(
            str(Path(file).absolute()) for file in config.split(os.pathsep) if file
        )
    for name in [name for name in os.environ if name.startswith("PROFILES_MANAGEMENT_")]:
        del os.environ[name]
    os.chdir(scratch)


def wants_cluster() -> bool:
    """Return whether to use a cluster: asks on a terminal; no answer means no."""
    if not os.environ.get("KUBECONFIG") or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print(f"KUBECONFIG is set ({os.environ['KUBECONFIG']}).")
    try:
        answer = input("Create the profiles of the sample in that cluster? [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")


def edited(text: str, *edits: tuple[str, str]) -> str:
    for before, after in edits:
        if text.count(before) != 1:
            raise SystemExit(f"{SAMPLE} changed: it must contain this text once: {before}")
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
