"""Somebody speaks over the reply: a cough, a "mm-hm", or an interruption? Pure.

The reply is held from the onset on, so there is time to judge. Long speech is an interruption by
its length; of short speech the words decide: "stop" or "what…" end the reply, and behind anything
else ("mm-hm", "right", a cough) it goes on from where it was held. But "right" behind a question is
an answer.
"""

from __future__ import annotations

import re
from enum import Enum

from visavis import events as ev
from visavis.turns import SOFT_END_TAIL_SAMPLES, Reply

SAME_TURN_MS = 1_000.0
"""Whoever goes on this soon after pausing had not finished: what they add belongs to the same turn,
even if the reply had begun already (people leave about 200 ms between turns, Stivers et al. 2009,
and need to hear more than that before they object). Any words will do: "German", "or Spanish". An
"uh" within that time is part of the pause, which counts anew behind it."""

LONG_MS = 800.0
"""Speech over the reply that lasts this long is an interruption, whatever the words."""

SHORT_MS = 60.0
"""A voice shorter than this says no word: it is not listened to."""

SETTLED_MS = 200.0
"""So long after a voice too short for a word nothing more of it comes: "Hold", said softly, may
begin with a dip."""

NO_WORDS_BY_MS = 1_500.0
"""If speech to text has said nothing by so long after the end, there were no words."""

# Backchannels of the Switchboard corpus (Jurafsky, Bates et al. 1998, "Lexical, prosodic and
# syntactic cues for dialog acts", table 3), and how speech to text spells them and laughter.
_FOLLOWING = frozenset(
    """
    uh huh uhhuh mm mmm mhm mmhm hm hmm hmmm um umm ah aha ahh oh ooh yeah yep yup yes ya okay ok
    right sure true exactly really wow cool nice great good fine interesting i see got it know
    that's haha ha heh ahem er eh
    """.split()
)
# Of so short a sound speech to text makes much that was never said. So it takes a word that people
# interrupt with, anywhere or at the beginning, or more words than anybody murmurs.
_STOPPING = frozenset(
    """
    stop wait no hold enough quiet shut sorry excuse pardon hey cancel pause never skip next again
    louder slower bye
    """.split()
)
_BEGINNING = frozenset(
    """
    what who whose which where when why how can could do does did is are will would tell say but
    actually please repeat speak change go
    """.split()
)
# Clark and Fox Tree 2002, "Using uh and um in spontaneous speaking": they announce a delay, and
# that one means to go on.
_SEEKING = frozenset("uh um er".split())
_MANY_WORDS = 4
_FEWEST_MS_A_WORD = 90.0
"""Nobody speaks faster; more words than that were made up."""

_NOTICED_MS = 70.0
"""So long a voice has lasted when it is noticed."""

_WORD = re.compile(r"[a-z']+")


class Verdict(Enum):
    """What the overlap is taken for, so far."""

    OPEN = "open"
    PASSING = "passing"  # a noise, or a sign of attention: go on
    INTERRUPTION = "interruption"


def only_follows(text: str) -> bool:
    """Whether a listener who says this leaves the floor to the speaker; so does saying nothing."""
    return all(word in _FOLLOWING for word in _words(text))


def interrupts(text: str, lasted_ms: float) -> bool:
    """Whether these words, said in a sound of this length, want the speaker to stop."""
    words = _words(text)
    if not words or only_follows(text) or len(words) * _FEWEST_MS_A_WORD > lasted_ms:
        return False
    if words[0] in _BEGINNING or not _STOPPING.isdisjoint(words):
        return True
    return len(words) >= _MANY_WORDS


def seeks_words(text: str) -> bool:
    """Whether nothing but "uh", "um" or "er" was said: more may follow."""
    words = _words(text)
    return bool(words) and _SEEKING.issuperset(words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("-", " "))


class Overlap:
    """One stretch of speech over a reply, from its onset to the verdict.

    Its length is counted to where the voice ended, not to where that was noticed: a cleared throat
    that fades is as short as it sounded. While it fades nothing is decided.
    """

    def __init__(self, onset: ev.SpeechStarted, over: Reply, after_turn_ms: float) -> None:
        """`after_turn_ms`: since the end of the turn that `over` answers, to the onset."""
        self.onset = onset
        self.goes_on = after_turn_ms < SAME_TURN_MS
        self._over = over
        self.paused: ev.SpeechPaused | None = None
        self.ended: ev.SpeechEnded | None = None
        self._text: str | None = None

    @property
    def sound(self) -> ev.SpokenPrompt | None:
        """What is to be transcribed for a verdict, if anything is."""
        if self.paused is None or not SHORT_MS <= self._lasted_ms(self.paused) < LONG_MS:
            return None
        return ev.SpokenPrompt(self.onset.sample, self.paused.sample + SOFT_END_TAIL_SAMPLES)

    @property
    def voice_ended_ms(self) -> float:
        """When the voice was last heard, as far as is known."""
        return self.onset.at_ms if self.paused is None else _ended_ms(self.paused)

    @property
    def seeks_words(self) -> bool:
        """Whether it was an "uh" in a turn that was answered too early."""
        return self.goes_on and seeks_words(self._text or "")

    @property
    def deadline_ms(self) -> float | None:
        """When the verdict changes if nothing happens."""
        if self.paused is None:
            return self.onset.at_ms + LONG_MS
        return None if self.ended is None else self.ended.at_ms + self._wait_ms

    def pause(self, event: ev.SpeechPaused) -> None:
        """It has become quiet; only the detector can tell for how long."""
        self.paused, self.ended, self._text = event, None, None

    def resume(self) -> None:
        """It was a closed mouth only."""
        self.paused = self.ended = self._text = None

    def end(self, event: ev.SpeechEnded) -> None:
        """It is over."""
        self.paused = self.paused or ev.SpeechPaused(event.at_ms, event.sample, event.silence_ms)
        self.ended = event

    def hear(self, event: ev.OverlapHeard) -> None:
        """These were the words, unless more came since."""
        if event.sound == self.sound:
            self._text = event.text

    def verdict(self, now_ms: float) -> Verdict:
        """What it is taken for at `now_ms`."""
        if self.paused is None:
            is_long = now_ms >= self.onset.at_ms + LONG_MS
            return Verdict.INTERRUPTION if is_long else Verdict.OPEN
        if self._lasted_ms(self.paused) >= LONG_MS:
            return Verdict.INTERRUPTION
        if self.ended is None:
            return Verdict.OPEN
        if self._text is None:
            is_late = now_ms >= self.ended.at_ms + self._wait_ms
            return Verdict.PASSING if is_late else Verdict.OPEN
        return self._by_words(self._text, self.paused)

    @property
    def _wait_ms(self) -> float:
        """After the end: for words, or for more of a sound too short for any."""
        return SETTLED_MS if self.sound is None else NO_WORDS_BY_MS

    def _by_words(self, text: str, paused: ev.SpeechPaused) -> Verdict:
        answers = self._over.asks and bool(_words(text))
        adds = self.goes_on and not only_follows(text)
        stops = interrupts(text, self._lasted_ms(paused) + _NOTICED_MS)
        return Verdict.INTERRUPTION if answers or adds or stops else Verdict.PASSING

    def _lasted_ms(self, paused: ev.SpeechPaused) -> float:
        return _ended_ms(paused) - self.onset.at_ms


def _ended_ms(paused: ev.SpeechPaused) -> float:
    """When the voice was last heard."""
    return paused.at_ms - paused.silence_ms
