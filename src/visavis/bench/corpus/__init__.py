"""The corpus of the benchmarks: spoken questions by many voices, whose truth is known.

    corpus = open_corpus()
    recordings = corpus.select(persona="pip", n=200)

texts.py says what is asked, speakers.py by whom, plan.py deals it out, studio.py records it, and
docs/corpus.md tells why it is so.
"""

from visavis.bench.corpus.selection import Corpus, open_corpus

__all__ = ["Corpus", "open_corpus"]
