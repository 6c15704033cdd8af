"""The command `completion`, which prints what makes a shell complete this program."""

import io
import os
import sys
from typing import Annotated, Final, Literal

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]

from profiles_management.cli.completing import VARIABLE
from profiles_management.cli.program import command
from profiles_management.cli.session import Session

# Readline takes @, : and = for the ends of words, so `ann@example.com` or `arn:aws:eks` is several
# words to bash. The line is split at white space instead, and what bash has already is taken off
# the candidates.
_BASH: Final = r"""
_profiles_management() {
    local line word candidate strip words
    line="${COMP_LINE:0:COMP_POINT}"
    read -ra words <<< "$line"
    [[ "$line" == *[[:space:]] ]] && words+=("")
    word="${words[-1]}"
    case "$word" in --*=*) word="${word#*=}" ;; esac
    strip="${word%"${word##*[@:=]}"}"
    COMPREPLY=()
    while IFS= read -r candidate; do
        [[ -n "$candidate" ]] || continue
        printf -v candidate %q "${candidate#"$strip"}"
        COMPREPLY+=("$candidate")
    done < <(COMP_WORDS="$line" COMP_CWORD=$((${#words[@]} - 1)) \
        _PROFILES_MANAGEMENT_COMPLETE=complete_bash "$1" 2>/dev/null)
}
complete -o default -F _profiles_management profiles-management
"""
_ZSH: Final = r"""
#compdef profiles-management
_profiles_management() {
    eval $(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" \
        _PROFILES_MANAGEMENT_COMPLETE=complete_zsh profiles-management 2>/dev/null)
}
compdef _profiles_management profiles-management
"""
_FISH: Final = r"""
function __profiles_management
    env _PROFILES_MANAGEMENT_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=$argv[1] \
        _TYPER_COMPLETE_ARGS=(commandline -cp) profiles-management 2>/dev/null
end
complete --command profiles-management --no-files \
    --arguments "(__profiles_management get-args)" --condition "__profiles_management is-args"
"""
SCRIPTS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def prepare() -> None:
    """Prepare completion, if a shell requests it; the user is asked nothing meanwhile."""
    if VARIABLE in os.environ:
        completion_init()
        sys.stdin = io.StringIO()


@command
def completion(
    ctx: typer.Context,
    shell: Annotated[
        Literal["bash", "zsh", "fish"],
        typer.Argument(metavar="SHELL", help="Shell: bash, zsh or fish."),
    ],
) -> int:
    """Print the completion script of a shell."""
    session: Session = ctx.obj
    session.terminal.document(SCRIPTS[shell].lstrip())
    return 0
