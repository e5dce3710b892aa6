from benchmarks.echo import create_app
from benchmarks.http import BODY


def test_the_echo_takes_what_the_service_is_asked():
    """Otherwise the benchmark would time its refusals, or not run at all."""
    told = create_app().test_client().post("/", json=BODY)
    assert (told.status_code, told.json) == (200, BODY)
