"""One example of every message of the wire. `test_schema.py` fails for a message without one."""

from __future__ import annotations

from visavis.wire import messages as wire

EXAMPLES: tuple[wire.Message, ...] = (
    wire.Hello(protocol=1, client="page", trace="stages"),
    wire.Microphone(status="muted"),
    wire.Text(text="What does it cost?"),
    wire.Playhead(reply_id=3, sample=22_050, status="ended"),
    wire.Interrupt(),
    wire.Ping(nonce="a1"),
    wire.Ready(
        protocol=1,
        session_id="s",
        input_rate_hz=16_000,
        output_rate_hz=22_050,
        persona=wire.PersonaCard(
            name="Pip", character="pip", greeting="Hi!", suggestions=["Who are you?"]
        ),
    ),
    wire.State(value="thinking", turn_id=0),
    wire.Transcript(turn_id=1, revision=2, text="What does it", status="tentative"),
    wire.ReplyArmed(reply_id=1, turn_id=0, revision=0, rate_hz=22_050),
    wire.ReplyPhrase(
        reply_id=1,
        index=0,
        text="It's free — “really”.",
        source="fact",
        start_sample=0,
        n_samples=22_050,
        cues=[wire.CueItem(at_sample=0, viseme=12, weight=0.5)],
        words=[wire.WordItem(text="It's", start_sample=10, end_sample=4_000)],
    ),
    wire.ReplyEmotion(reply_id=1, at_sample=11_025, emotion="happy"),
    wire.ReplyEnd(reply_id=1, n_samples=22_050),
    wire.ReplyCommit(reply_id=1, turn_id=1),
    wire.ReplyDiscard(reply_id=1),
    wire.ReplyDuck(reply_id=1),
    wire.ReplyResume(reply_id=1),
    wire.ReplyStop(reply_id=1),
    wire.Trace(reply_id=1, turn_id=1, stages_ms={"stt": 41.5}),
    wire.Error(
        code="busy", fault="client", severity="fatal", message="Too many.", hint="Try again."
    ),
    wire.Pong(nonce="a1"),
)
