"""What all tests share: repeatable random cases."""

from hypothesis import settings

# The same cases at every run, on machines of any speed.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("repeatable")
