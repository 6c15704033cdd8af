"""The contract is what other teams have generated their clients from: nothing of it changes."""

from contract_client import PACKAGE, Client, Contract
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from user_manager.rpc import user_manager_pb2
from user_manager.rpc.answering import VERBS

METHODS = {
    "CreateUser": ("CreateUserRequest", "CreateUserResponse"),
    "GetUser": ("GetUserRequest", "GetUserResponse"),
    "AddAccess": ("AddAccessRequest", "AddAccessResponse"),
    "RemoveAccess": ("RemoveAccessRequest", "RemoveAccessResponse"),
    "AddRole": ("AddRoleRequest", "AddRoleResponse"),
    "RemoveRole": ("RemoveRoleRequest", "RemoveRoleResponse"),
    "ApproveAccessRequest": ("ApproveAccessRequest", "ApproveAccessResponse"),
}
RESULT = {"result": (1, "bool")}
MESSAGES = {
    "CreateUserRequest": {"id": (1, "string"), "name": (2, "string")},
    "CreateUserResponse": RESULT,
    "GetUserRequest": {"id": (1, "string")},
    "GetUserResponse": {"user": (1, "User")},
    "AddAccessRequest": {"user_id": (1, "string"), "access": (2, "ExtDatamoduleAccess")},
    "AddAccessResponse": RESULT,
    "RemoveAccessRequest": {"user_id": (1, "string"), "access": (2, "ExtDatamoduleAccess")},
    "RemoveAccessResponse": RESULT,
    "AddRoleRequest": {"user_id": (1, "string"), "role": (2, "UserRole")},
    "AddRoleResponse": RESULT,
    "RemoveRoleRequest": {"user_id": (1, "string"), "role": (2, "UserRole")},
    "RemoveRoleResponse": RESULT,
    "ApproveAccessRequest": {
        "access_request_id": (1, "string"),
        "owner_user_id": (2, "string"),
        "state": (3, "bool"),
    },
    "ApproveAccessResponse": RESULT,
    "User": {
        "id": (1, "string"),
        "name": (2, "string"),
        "roles": (3, "repeated UserRole"),
        "ext_datamodule_accesses": (4, "repeated ExtDatamoduleAccess"),
    },
    "ExtDatamoduleAccess": {
        "id": (1, "string"),
        "ext_datamodule_id": (2, "string"),
        "access_types": (3, "repeated ExtDatamoduleAccessType"),
    },
}
ENUMS = {
    "ExtDatamoduleAccessType": {"READ": 0, "WRITE": 1, "OWNER": 2},
    "UserRole": {
        "EDIT_TASK": 0,
        "MANAGE_DATA": 1,
        "CREATE_EXT_DATAMODULE": 2,
        "PROCESS_ETL_TASK": 3,
    },
}
_NAMES = {FieldDescriptor.TYPE_STRING: "string", FieldDescriptor.TYPE_BOOL: "bool"}


def _type(field: FieldDescriptor) -> str:
    referred = field.message_type or field.enum_type
    name = referred.name if referred else _NAMES[field.type]
    return f"repeated {name}" if field.is_repeated else name


def test_the_package_has_one_service_with_seven_rpcs(contract: Contract) -> None:
    methods = {
        method.name: (method.input_type.name, method.output_type.name)
        for method in contract.service.methods
    }
    assert methods == METHODS
    assert contract.service.full_name == "etl.user.manager.V1.UserManager"
    assert list(contract.service.file.services_by_name) == ["UserManager"]
    assert not any(
        method.client_streaming or method.server_streaming for method in contract.service.methods
    )


def test_messages_have_these_fields_with_these_numbers(contract: Contract) -> None:
    messages = {
        name: {field.name: (field.number, _type(field)) for field in message.fields}
        for name, message in contract.service.file.message_types_by_name.items()
    }
    assert messages == MESSAGES


def test_enums_have_these_numbers(contract: Contract) -> None:
    enums = {
        name: {value.name: value.number for value in enum.values}
        for name, enum in contract.service.file.enum_types_by_name.items()
    }
    assert enums == ENUMS


def test_every_rpc_is_answered() -> None:
    described = user_manager_pb2.DESCRIPTOR.services_by_name["UserManager"].methods_by_name
    answered = {name: request_type.DESCRIPTOR for name, (request_type, _) in VERBS.items()}
    assert answered == {name: method.input_type for name, method in described.items()}


def test_reflection_describes_the_contract_to_anybody(client: Client) -> None:
    database = ProtoReflectionDescriptorDatabase(client.channel)
    assert set(database.get_services()) == {
        "etl.user.manager.V1.UserManager",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    reflected = DescriptorPool(database).FindServiceByName(f"{PACKAGE}.UserManager")
    assert [method.name for method in reflected.methods] == list(METHODS)
