"""The actions about administrators: parameters, commands and results."""

import ops
from pydantic import BaseModel, ConfigDict, Field

from user_manager_charm.workload import CommandError, Workload


class Params(BaseModel):
    """The parameters of an action. Others are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class User(Params):
    """The parameters of an action about a user."""

    user: str = Field(min_length=1, max_length=253)


class UseDatabase(Params):
    """The parameters of `use-database`."""

    confirm: bool = False


_VERBS = {"add-administrator": "add", "remove-administrator": "remove"}


def answer(event: ops.ActionEvent, workload: Workload) -> None:
    """Run an action about administrators."""
    name = event.handle.kind.removesuffix("_action").replace("_", "-")
    try:
        if name in _VERBS:
            user = event.load_params(User, errors="fail").user
            # a name may begin with a dash
            workload.run("administrator", _VERBS[name], "--", user)
            event.set_results({"user": user})
        else:
            event.set_results({"administrators": workload.run("administrator", "list").strip()})
    except CommandError as error:
        event.fail(str(error))
