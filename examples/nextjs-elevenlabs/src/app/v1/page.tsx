"use client";

// The same on @elevenlabs/react 1.x, which wants its own provider, and starts without a promise.
import { ConversationProvider, useConversation } from "@elevenlabs/react-1";
import { type ReactNode, useState } from "react";
import {
  Alignment,
  Fit,
  MascotClient,
  MascotProvider,
  MascotRive,
  useMascotElevenlabs,
} from "visavis/react";
import { Controls } from "../../components/controls";
import { useSignedUrl } from "../../components/use-signed-url";

function Agent(): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const takeSignedUrl = useSignedUrl();
  const conversation = useConversation({ onError: (message: string) => setProblem(message) });
  const { messageCount } = useMascotElevenlabs({ conversation, gesture: true, naturalLipSync: true });

  async function start(): Promise<void> {
    setAsking(true);
    setProblem(null);
    try {
      await navigator.mediaDevices.getUserMedia({ audio: true });
      conversation.startSession({ signedUrl: await takeSignedUrl() });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setAsking(false);
    }
  }

  const { status, isMuted } = conversation;
  return (
    <section className="call">
      <div className="character">
        <MascotRive label="Pip, who talks with you" />
      </div>
      <Controls
        status={status === "connected" ? "connected" : isAsking || status === "connecting" ? "connecting" : "idle"}
        isMuted={isMuted}
        onStart={() => void start()}
        onEnd={() => conversation.endSession()}
        onMute={() => conversation.setMuted(!isMuted)}
      />
      <p className="note" role="status">
        {problem ??
          (status === "connected"
            ? `${messageCount.audio} pieces of sound, ${messageCount.viseme} of mouth shapes`
            : "Uses your microphone.")}
      </p>
    </section>
  );
}

export default function Home(): ReactNode {
  return (
    <MascotProvider>
      <main>
        <ConversationProvider>
          <MascotClient
            src="/mascot.riv"
            artboard="Character"
            inputs={["is_speaking", "gesture"]}
            layout={{ fit: Fit.Contain, alignment: Alignment.BottomCenter }}
          >
            <Agent />
          </MascotClient>
        </ConversationProvider>
      </main>
    </MascotProvider>
  );
}
