"""What holds for every test of the engine: how many examples hypothesis tries, and that a run can be repeated."""

import hypothesis

hypothesis.settings.register_profile(
    "default",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.register_profile(
    "thorough",
    hypothesis.settings.get_profile("default"),
    max_examples=2000,
    derandomize=False,
    print_blob=True,
)
hypothesis.settings.load_profile("default")
