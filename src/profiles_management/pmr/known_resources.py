"""What Kubernetes, Kubeflow and device vendors call the things that a quota counts."""

from __future__ import annotations

from typing import Final

COUNTED: Final = frozenset(
    {
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
IN_CONTAINERS: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
IN_QUOTAS: Final = (
    COUNTED
    | IN_CONTAINERS
    | {f"{side}.{name}" for side in ("requests", "limits") for name in IN_CONTAINERS}
    | {"requests.storage"}
)
IN_LIMIT_RANGES: Final = IN_QUOTAS | {"storage"}

# Kinds of objects in a namespace by API group, as `count/` names them; "" is Kubernetes' core.
# Sources: `kubectl api-resources --namespaced`, and the CustomResourceDefinitions of Kubeflow.
_OBJECTS: Final = {
    "": "configmaps endpoints limitranges persistentvolumeclaims pods podtemplates "
    "replicationcontrollers resourcequotas secrets serviceaccounts services",
    "apps": "controllerrevisions daemonsets deployments replicasets statefulsets",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "policy": "poddisruptionbudgets",
    "coordination.k8s.io": "leases",
    "discovery.k8s.io": "endpointslices",
    "networking.k8s.io": "ingresses networkpolicies",
    "rbac.authorization.k8s.io": "rolebindings roles",
    "resource.k8s.io": "resourceclaims resourceclaimtemplates",
    "argoproj.io": "cronworkflows workflows workfloweventbindings workflowtemplates",
    "kubeflow.org": "experiments jaxjobs mpijobs notebooks paddlejobs poddefaults pvcviewers "
    "pytorchjobs scheduledworkflows suggestions tfjobs trials viewers workspaces xgboostjobs",
    "ray.io": "rayclusters rayjobs rayservices",
    "security.istio.io": "authorizationpolicies",
    "serving.kserve.io": "inferencegraphs inferenceservices servingruntimes trainedmodels",
    "sparkoperator.k8s.io": "scheduledsparkapplications sparkapplications",
    "tensorboard.kubeflow.org": "tensorboards",
    "trainer.kubeflow.org": "trainingruntimes trainjobs",
}
GROUPS_OF: Final = {
    plural: group for group, plurals in _OBJECTS.items() for plural in plurals.split()
}  # fmt: skip
CLOSED_GROUPS: Final = frozenset({"", "apps", "autoscaling", "batch", "policy"})
"""The groups whose name has no dot: Kubernetes' own, to which nobody else can add."""

NEVER_COUNTED: Final = frozenset({"bindings", "componentstatuses", "events"})
CLUSTER_WIDE: Final = frozenset(
    {
        "clusterrolebindings",
        "clusterroles",
        "customresourcedefinitions",
        "ingressclasses",
        "namespaces",
        "nodes",
        "persistentvolumes",
        "priorityclasses",
        "profiles",
        "runtimeclasses",
        "storageclasses",
    }
)

DEVICES: Final = {
    "nvidia.com": ("gpu", "gpu.shared", "gpumem", "gpucores"),
    "amd.com": ("gpu",),
    "gpu.intel.com": ("i915", "xe"),
    "google.com": ("tpu",),
    "habana.ai": ("gaudi",),
}

# What people call things, in lower case and without anything but letters and digits.
THINGS: Final = {
    "cpu": "cpu",
    "cpus": "cpu",
    "core": "cpu",
    "cores": "cpu",
    "vcpu": "cpu",
    "vcpus": "cpu",
    "processors": "cpu",
    "memory": "memory",
    "mem": "memory",
    "ram": "memory",
    "ephemeralstorage": "ephemeral-storage",
    "ephemeral": "ephemeral-storage",
    "storage": "requests.storage",
    "disk": "requests.storage",
    "gpu": "requests.nvidia.com/gpu",
    "gpus": "requests.nvidia.com/gpu",
    "nvidia": "requests.nvidia.com/gpu",
    "nvidiagpu": "requests.nvidia.com/gpu",
    "nvidiacomgpu": "requests.nvidia.com/gpu",
    "amdgpu": "requests.amd.com/gpu",
    "tpu": "requests.google.com/tpu",
    "tpus": "requests.google.com/tpu",
    "pvc": "persistentvolumeclaims",
    "pvcs": "persistentvolumeclaims",
    "claims": "persistentvolumeclaims",
    "volumes": "persistentvolumeclaims",
    "volumeclaims": "persistentvolumeclaims",
    "svc": "services",
    "svcs": "services",
    "quotas": "resourcequotas",
    "loadbalancer": "services.loadbalancers",
    "loadbalancers": "services.loadbalancers",
    "nodeport": "services.nodeports",
    "nodeports": "services.nodeports",
    "rc": "replicationcontrollers",
    "cm": "configmaps",
    "hpa": "count/horizontalpodautoscalers.autoscaling",
    "pdb": "count/poddisruptionbudgets.policy",
}
SIDES: Final = {
    "requests": "requests",
    "requested": "requests",
    "request": "requests",
    "reqs": "requests",
    "req": "requests",
    "limits": "limits",
    "limit": "limits",
    "lim": "limits",
}
