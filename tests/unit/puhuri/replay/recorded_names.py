"""Names, uuids and offerings of the portal on which the exchanges were recorded."""

from datetime import UTC, date, datetime

from puhuri_server.records import Component

START = datetime(2026, 11, 26, 11, 35, tzinfo=UTC)
SOON = date(2099, 1, 1)

ALLOCATOR = "fb17c57837c94c0aa5d71d9f37ac87e2"
COMMUNITY = "85322cb57b504667987a1e616db6c656"
PROVIDER = "920b66bea68a44599dae2dc0f59e0008"
HIDDEN = "12234f7941824a77a2092a26f891ea5b"
CATEGORY = "1853b3c417614451894707852c0905fe"

CUIDS = {
    name: f"{letters * 20}@acc.researcher-access.org"
    for name, letters in {
        "ada": "a1",
        "bo": "b2",
        "cleo": "c3",
        "dag": "d4",
        "eve": "e5",
        "flo": "f6",
    }.items()
}
NAMELESS = "9999000099990000999900009999000099990000@acc.researcher-access.org"
PEOPLE = {
    "ada": "Ada Allocated",
    "bo": "Bo Researcher",
    "cleo": "Cleo Contributor",
    "dag": "Dag Deleted",
    "eve": "Eve Expiring",
    "flo": "Flo Fresh",
}
USERS = {
    "allocator": "9945132044214ebdabe08b0dd7c85939",
    "plainowner": "678051a4ed4840bd9f0249bdd5e08761",
    "shortlived": "92537a709b894978a44991bd41c34984",
    "nobody": "eebb44be0d284724962bd9e01acf5646",
    "pmanager": "5c1b7892abfc4258a6bcbb8189adb719",
    "provider": "",
    "staff": "",
    "support": "",
}
OFFERINGS = (
    # name, uuid, plans; in the order in which they were made
    (
        "LUMI regular",
        "f09ea9ee792e4b09916bc5a3d25c5725",
        {
            "Common": "f33a2add9c8743938536f413bf322552",
            "Discount": "3aa42f15a6ac43ed89399ec74a4b54d9",
        },
    ),
    (
        "LUMI required options",
        "05f90314986544489ee250d5064eba79",
        {"Common": "6ba0b4cfe56743b38db52ce69a4e9cfd"},
    ),
    (
        "LUMI paused",
        "d771f03f70314becb140b31873ae4332",
        {"Common": "041e2bf5fdb6496584208d07e6236ee5"},
    ),
    (
        "LUMI draft",
        "ef75b747a111459382f51b6b5e7c663b",
        {"Common": "02aab87a151c4ef19a16380356131762"},
    ),
    (
        "LUMI archived",
        "f06e856d6f6f495dba7c2eeb144387b4",
        {"Common": "8b1c302d24c54490bd2f2da6f5eddc2a"},
    ),
    (
        "Provider private",
        "aa3655241e4241cc9c20fa0e89470060",
        {"Common": "4aea1c3aedf14340aecdd94261b3073c"},
    ),
    (
        "Node hours pay per use",
        "ecd23ea4b7a64b80b0afbb6d40053d58",
        {"Pay per use": "5af210ce95294e8294f4818f18faa353"},
    ),
    (
        "Site agent Slurm",
        "7ead9048a3044c5aa09886dcd27090f5",
        {"Common": "bbfdfd7352d941fc9f1345fa4caabe27"},
    ),
    (
        "LUMI fast track",
        "7b16f00be9eb4013938e0df0d0b72c27",
        {"Common": "ec08c07d1f394e89a43d64bfba5fdb84"},
    ),
    ("Ticket driven storage", "", {"Common": ""}),
)
_DOMAINS = ["1.1 Mathematics", "1.2 Computer and information sciences"]
FURTHER = {
    "LUMI regular": {
        "options": {
            "is_industry": {"type": "boolean", "label": "Industry", "required": False},
            "science_domain": {
                "type": "select_string",
                "label": "Science domain",
                "choices": _DOMAINS,
                "required": False,
            },
        }
    },
    "LUMI required options": {
        "options": {"nationality": {"type": "string", "label": "Nationality", "required": True}}
    },
    "LUMI paused": {"state": "Paused", "paused_reason": "Maintenance until Monday"},
    "LUMI draft": {"state": "Draft"},
    "LUMI archived": {"state": "Archived"},
    "Provider private": {"shared": False},
    "Site agent Slurm": {"type": "Marketplace.Slurm"},
    "LUMI fast track": {"terms_of_service": "You shall not mine."},
    "Ticket driven storage": {
        "type": "Support.OfferingTemplate",
        "category_uuid": "",
        "category_title": "Storage",
    },
}


def components(name: str) -> list[Component]:
    """Return what of an offering can be limited or is counted."""
    if name == "Node hours pay per use":
        usage = {"limit_period": None, "billing_type": "usage"}
        fee = {"limit_period": None, "billing_type": "fixed"}
        return [
            Component(type="node_hours", name="Node hours", measured_unit="hours", **usage),
            Component(type="support_fee", name="Support", measured_unit="month", **fee),
        ]
    hours = {"measured_unit": "k hours"}
    storage = {"measured_unit": "GB k hours", "limit_period": "month"}
    return [
        Component(type="cpu_k_hours", name="CPU allocation", max_value=100000, **hours),
        Component(type="gpu_k_hours", name="GPU allocation", min_value=1, max_value=5000, **hours),
        Component(type="gb_k_hours", name="Storage allocation", **storage),
    ]
