"""A peer for the tests: what it is asked to do stands in the text. Runs by itself."""

from __future__ import annotations

import json
import sys


def main() -> None:
    if "silent" in sys.argv:
        return
    print(json.dumps({"ready": "fake 1, MIT"}), flush=True)
    while line := sys.stdin.buffer.readline():
        question = json.loads(line)
        n_samples = question["n_samples"]
        data = sys.stdin.buffer.read(4 * n_samples)
        match question["text"]:
            case "die":
                return
            case "refuse":
                answer: dict[str, object] = {"error": "I won't"}
            case "babble":
                answer = {"starts": [0], "shapes": ["blah"]}
            case "backwards":
                answer = {"starts": [20, 10], "shapes": ["PP", "aa"]}
            case _:
                half = len(data) // 8
                answer = {
                    "starts": [0, half],
                    "shapes": ["aa", "PP"],
                    "delay_ms": 50,
                    "cpu_s": 0.25,
                    "push_ms": [1.0],
                }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
