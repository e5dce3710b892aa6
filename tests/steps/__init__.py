"""The sentences that the features are made of, a module for each thing they speak of."""

import pytest

# So that a sentence that is not true shows both sides, as a test does.
for _name in ("assigning", "case", "conclusions", "counting", "facts", "rankings", "readings", "shortfalls"):
    pytest.register_assert_rewrite(f"{__name__}.{_name}")
