"""`Idempotency-Key`: a request that is sent again is answered as before, and logged once."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.api.calling import NDJSON, Caller, errors, kind

DECIDE = "/v1/decisions/credit_village"
BATCH = f"{DECIDE}/batch"
REPLAYED = "Idempotent-Replayed"


def case(id="V-1", **facts):
    return {"subject": {"id": id}, "facts": facts}


def lines(*cases):
    return b"".join(json.dumps(one).encode() + b"\n" for one in cases)


def logged(api, caller):
    return api.service.log.find(kind="decision", caller=caller.key.split("_")[1], limit=10_000)


def key(name="k-1"):
    return {"Idempotency-Key": name}


def test_the_second_answer_is_the_first_byte_for_byte_and_says_so(api, caller):
    first, second = (caller.post(DECIDE, case(), headers=key()) for _ in range(2))

    assert REPLAYED not in first.headers
    assert second.headers[REPLAYED] == "true"
    assert second.data == first.data
    assert second.mimetype == "application/json"
    assert len(logged(api, caller)) == 1


def test_another_request_under_the_same_key_is_refused(api, caller):
    assert caller.post(DECIDE, case(), headers=key()).status_code == 200

    for path, body in ((DECIDE, case(households=1)), ("/v1/decisions/grading", case())):
        assert kind(caller.post(path, body, headers=key())) == (422, "idempotency-key-reused")
    assert len(logged(api, caller)) == 1


def test_a_key_is_the_callers_own(api, caller):
    other = api.caller("caller")

    first, second = (one.post(DECIDE, case(), headers=key()) for one in (caller, other))

    assert REPLAYED not in second.headers
    assert first.json["log_id"] != second.json["log_id"]


def test_what_was_refused_is_not_kept(caller):
    assert caller.post(DECIDE, case(nonsense=1), headers=key()).status_code == 422

    assert caller.post(DECIDE, case(), headers=key()).status_code == 200


@pytest.mark.parametrize("name", ["", "a b", "键", "x" * 256])
def test_a_key_is_visible_ascii_and_not_too_long(caller, name):
    sent = {"Idempotency-Key": name.encode().decode("latin-1")}

    assert errors(caller.post(DECIDE, case(), headers=sent)) == [("", "not_an_idempotency_key")]


@pytest.mark.parametrize("name", ["!", "~", "x" * 255])
def test_any_other_key_will_do(caller, name):
    assert caller.post(DECIDE, case(), headers=key(name)).status_code == 200


def test_it_holds_after_a_restart(own):
    before = own()
    caller = before.caller("caller")
    first = caller.post(DECIDE, case(), headers=key())
    before.close()

    after = own()
    again = after.nobody(caller.key)

    second = again.post(DECIDE, case(), headers=key())
    assert (second.data, second.headers[REPLAYED]) == (first.data, "true")
    assert kind(again.post(DECIDE, case(households=1), headers=key()))[0] == 422
    assert len(logged(after, caller)) == 1


def test_a_batch_is_answered_once(api, caller):
    body = {"cases": [case(f"V-{number}") for number in range(20)]}

    first, second = (caller.post(BATCH, body, headers=key()) for _ in range(2))

    assert (second.data, second.headers[REPLAYED]) == (first.data, "true")
    assert len(logged(api, caller)) == 20
    assert kind(caller.post(BATCH, {"cases": []}, headers=key()))[0] == 422


def test_every_chunk_of_a_stream_is_answered_once(api, caller):
    body = lines(*(case(f"V-{number}") for number in range(1100)))

    first, second = (caller.post(BATCH, body, type=NDJSON, headers=key()) for _ in range(2))

    assert second.data == first.data
    assert (first.headers.get(REPLAYED), second.headers.get(REPLAYED)) == (None, "true")
    assert len(logged(api, caller)) == 1100


def test_a_stream_that_broke_off_goes_on_where_it_stopped(api, caller):
    whole = [case(f"V-{number}") for number in range(1200)]
    caller.post(BATCH, lines(*whole[:1000]), type=NDJSON, headers=key())

    answer = caller.post(BATCH, lines(*whole), type=NDJSON, headers=key())

    assert len(answer.data.splitlines()) == 1200
    assert len(logged(api, caller)) == 1200


def test_another_stream_under_the_same_key_is_refused_before_it_begins(api, caller):
    caller.post(BATCH, lines(case()), type=NDJSON, headers=key())

    answer = caller.post(BATCH, lines(case("V-2"), case("V-3")), type=NDJSON, headers=key())

    assert kind(answer) == (422, "idempotency-key-reused")
    assert len(logged(api, caller)) == 1


def test_a_later_part_of_another_stream_is_refused_line_by_line(api, caller):
    whole = [case(f"V-{number}") for number in range(1001)]
    assert caller.post(BATCH, lines(*whole), type=NDJSON, headers=key()).data  # read to its end

    answer = caller.post(BATCH, lines(*whole[:1000], case("V-other")), type=NDJSON, headers=key())

    told = json.loads(answer.data.splitlines()[-1])
    assert told["problem"]["type"] == "/problems/idempotency-key-reused"
    assert len(logged(api, caller)) == 1001


def test_two_at_once_give_one_line_of_the_log_and_one_answer(api, caller):
    for turn in range(10):
        together = Barrier(4)

        def send(name=f"at-once-{turn}", together=together):
            one = Caller(api.app.test_client(), caller.key)
            together.wait()
            return one.post(DECIDE, case(), headers=key(name))

        with ThreadPoolExecutor(4) as pool:
            answers = [task.result() for task in [pool.submit(send) for _ in range(4)]]

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.data for answer in answers}) == 1
        assert len(logged(api, caller)) == turn + 1


def test_what_is_answered_again_is_not_counted_again(api, caller):
    def counted():
        for line in api.nobody().get("/metrics").text.splitlines():
            if line.startswith("village_credit_decisions_total{") and 'decision="record_validity"' in line:
                yield float(line.rpartition(" ")[2])

    before = sum(counted())
    for _ in range(3):
        caller.post("/v1/decisions/record_validity", case(), headers=key())
        caller.post("/v1/decisions/record_validity/batch", {"cases": [case()]}, headers=key("k-2"))
    assert sum(counted()) == before + 2


def test_a_review_is_asked_for_once(api, caller):
    log_id = caller.decided("credit_village", case())["log_id"]

    answers = [caller.post(f"/v1/decisions/{log_id}/review-requests", {}, headers=key()) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].data == answers[1].data
    assert len(api.service.log.about(log_id)) == 1
