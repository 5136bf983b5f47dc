"""Text to phonemes: `python -m visavis.bench.corpus.espeak_process` < JSON > JSON.

espeak-ng is GPL-3.0 (it comes with piper-tts), so it runs in a process of its own, as the Piper
voice does. In: a list of [espeak voice, text]; out: a list of IPA strings.
"""

from __future__ import annotations

import json
import os
import sys

from piper.phonemize_espeak import EspeakPhonemizer


def main() -> None:
    """Answer one batch."""
    requests: list[tuple[str, str]] = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not end up in the answer
    espeak = EspeakPhonemizer()
    found = [" ".join("".join(s) for s in espeak.phonemize(v, text)) for v, text in requests]
    json.dump(found, answers)
    answers.flush()


if __name__ == "__main__":
    main()
