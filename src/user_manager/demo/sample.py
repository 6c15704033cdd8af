"""Sample people, profiles, systems and requests, made with the verbs of the service."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from user_manager.domain.access_types import parse_types
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM, Caller
from user_manager.domain.limits import AskedTime
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import Role, Scope
from user_manager.models import Access
from user_manager.services.administrators import add_administrator
from user_manager.services.deciding import Decision, decide
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.services.tokens import create_token
from user_manager.services.users import add_role, create_user

ANN: Final = "ann@example.com"
BEN: Final = "ben@example.com"
CHEN: Final = "chen@example.com"
DINA: Final = "dina@example.com"
IVAN: Final = "ivan@example.com"
NOOR: Final = "noor@example.com"
OLGA: Final = "olga@example.com"
OMAR: Final = "omar@example.com"
ROOT: Final = "root@example.com"

PEOPLE: Final = {
    ANN: "Ann Lee",
    BEN: "Ben Carter",
    CHEN: "Chen Wei",
    DINA: "Dina Sokolova",
    IVAN: "Иван Кузнецов",
    NOOR: "نور الهاشمي",
    OLGA: "Olga Petrova",
    OMAR: "Omar Haddad",
    ROOT: "Robin Root",
}
SYSTEMS: Final = {
    "billing": ModuleValues(
        title="Billing",
        description="Invoices and payments of all customers.",
        max_duration=timedelta(days=90),
        reason_required=True,
    ),
    "data-warehouse": ModuleValues(
        title="Data warehouse",
        description="Tables of the company, refreshed every night.",
        review_days=14,
    ),
    "labelling": ModuleValues(
        title="Labelling", description="Images and texts that wait for labels."
    ),
    "old-archive": ModuleValues(
        title="Archive of 2019", description="Kept for the law.", requestable=False
    ),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Makes the data of the demonstration at times before now."""

    now: datetime
    policy: Policy

    def make(self) -> None:
        """Make people and systems. Profiles come from the cluster's catalogue."""
        for user_id, name in PEOPLE.items():
            create_user(self._by(None, 60), user_id, name)
        add_administrator(self._by(None, 60), ROOT)
        add_role(self._by(None, 59), OMAR, Role.CREATE_EXT_DATAMODULE)
        add_role(self._by(None, 59), DINA, Role.MANAGE_DATA)
        for module_id, values in SYSTEMS.items():
            put_module(self._by(OMAR, 58), module_id, values)
        create_token(self._by(None, 58), "etl", [Scope.READ])

    def make_accesses(self) -> None:
        """Make accesses in every state, for profiles and systems that are there."""
        self._granted(ANN, "ml-engineers", "WRITE", OLGA, 40)
        self._granted(BEN, "ml-engineers", "READ", OLGA, 35, days=120)
        self._granted(DINA, "ml-engineers", "OWNER", OLGA, 30)
        self._granted(CHEN, "vision", "WRITE", OLGA, 20, days=26)
        self._granted(ANN, "data-warehouse", "READ", OMAR, 20, days=90)
        self._granted(IVAN, "billing", "READ", OMAR, 10, days=30, reason="Report for the audit")
        over = self._granted(ANN, "labelling", "READ", OMAR, 50)
        revoke_access(self._by(OMAR, 5), over.id, Removal(comment="The project has ended."))
        self._granted(ANN, "vision", "READ", OLGA, 45, days=30)
        refused = self._asked(ANN, "billing", "WRITE", 15, reason="Curious")
        answer = Decision(approve=False, comment="Read is enough. Ask for that.")
        decide(self._by(OMAR, 14), refused.id, answer)
        withdrawn = self._asked(ANN, "speech", "READ", 9)
        revoke_access(self._by(ANN, 8), withdrawn.id, Removal())
        self._asked(ANN, "speech", "WRITE", 2, days=30, reason="Training of the new model.")
        self._asked(
            CHEN,
            "ml-engineers",
            "WRITE",
            1,
            days=90,
            reason="I take over the nightly pipelines from Ben while he is away.\nPlease approve "
            "before Monday.",
        )
        self._asked(IVAN, "ml-engineers", "READ", 1, reason="Проверка отчётов за квартал")
        self._asked(NOOR, "vision", "WRITE", 3, days=365, reason="تدريب النموذج الجديد")
        self._asked(BEN, "billing", "READ", 4, days=7, reason="Invoices of one customer")
        self._asked(DINA, "data-warehouse", "OWNER", 6)

    def _granted(
        self, user: str, module: str, level: str, by: str, ago: int, *,
        days: int | None = None, reason: str = "",
    ) -> Access:  # fmt: skip
        access = self._asked(user, module, level, ago, days=days, reason=reason)
        return decide(self._by(by, ago - 1), access.id, Decision(approve=True))

    def _asked(
        self, user: str, module: str, level: str, ago: int, *,
        days: int | None = None, reason: str = "",
    ) -> Access:  # fmt: skip
        asked = AskedTime(None if days is None else timedelta(days=days))
        types = parse_types([level])
        order = AccessOrder(user, module, types, reason=reason, asked=asked)
        access, _ = add_access(self._by(user, ago), order)
        return access

    def _by(self, user_id: str | None, days_ago: int) -> Call:
        """Return the call of a person some days ago; of this program for None."""
        caller = SYSTEM if user_id is None else Caller(user_id=user_id)
        return Call(caller, self.now - timedelta(days=days_ago), self.policy)
