"""How often the unit tests try examples: enough to see a fault soon, few enough to be run all the time."""

from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quick")
