"""Settings that cannot be used are told in both languages, with what they may be."""

import pytest

from service.settings import BadSettings, from_environment


@pytest.mark.parametrize("port", ["abc", "-1", "99999999", ""])
def test_a_number_that_is_none_is_told_with_its_range(port):
    with pytest.raises(BadSettings) as told:
        from_environment({"VILLAGE_CREDIT_PORT": port})
    [problem] = told.value.problems
    assert problem["zh"].endswith(f"不能是 {port}（0 .. 65535）")
    assert problem["en"].endswith(f"not {port} (0 .. 65535)")
