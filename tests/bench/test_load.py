"""The figures of loading: medians of rounds, and bytes as they went over the network."""

from __future__ import annotations

import base64

import pytest

from visavis.bench.load import Round, figures, payload_bytes


def a_round(cold_ms: float, warm_ms: float, n_requests: int = 0) -> Round:
    return Round((cold_ms, warm_ms), (50.0, 10.0), (900.0, 4.0), n_requests, 1, 33.0, 45.0)


def test_medians_cold_and_warm_apart() -> None:
    found = figures([a_round(900.0, 100.0), a_round(1_000.0, 300.0, 4), a_round(5_000.0, 200.0)])
    assert found["cold_face_p50_ms"] == 1_000.0
    assert found["warm_face_p50_ms"] == 200.0
    assert found["warm_click_requests"] == 0
    assert found["cold_page_kb"] == 900.0


@pytest.mark.parametrize("n", [0, 1, 2, 3, 652])
def test_binary_frames_are_counted_as_what_they_hold(n: int) -> None:
    data = base64.b64encode(bytes(n)).decode()
    assert payload_bytes({"response": {"opcode": 2, "payloadData": data}}) == n
    assert payload_bytes({"response": {"opcode": 1, "payloadData": "a" * n}}) == n
