"use client";

// The tutorial's page, on the @elevenlabs/react of its time (0.5). For 1.x see v1/page.tsx.
import { useConversation } from "@elevenlabs/react";
import { type ReactNode, useState } from "react";
import {
  Alignment,
  Fit,
  MascotClient,
  MascotProvider,
  MascotRive,
  useLatencyMeasurement,
  useMascotElevenlabs,
} from "visavis/react"; // CHANGED, line 1 of 2: the tutorial's app imports from "@mascotbot-sdk/react"
import { Controls } from "../components/controls";
import { useSignedUrl } from "../components/use-signed-url";

function Agent(): ReactNode {
  const [isConnecting, setConnecting] = useState(false);
  const [isMuted, setMuted] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const takeSignedUrl = useSignedUrl();

  const conversation = useConversation({
    micMuted: isMuted,
    onError: (message: string) => setProblem(message),
  });

  const { messageCount } = useMascotElevenlabs({
    conversation,
    gesture: true,
    naturalLipSync: true,
    // A new object on each render is fine.
    naturalLipSyncConfig: {
      minVisemeInterval: 40,
      mergeWindow: 60,
      keyVisemePreference: 0.6,
      preserveSilence: true,
      similarityThreshold: 0.4,
      preserveCriticalVisemes: true,
      criticalVisemeMinDuration: 80,
    },
  });

  const latency = useLatencyMeasurement({ conversation });

  async function start(): Promise<void> {
    setConnecting(true);
    setProblem(null);
    try {
      await navigator.mediaDevices.getUserMedia({ audio: true });
      await conversation.startSession({ signedUrl: await takeSignedUrl() });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setConnecting(false);
    }
  }

  const isConnected = conversation.status === "connected";
  const answered = latency.measure("userSpeechEnd", "audioHeard");
  return (
    <section className="call">
      <div className="character">
        <MascotRive label="Pip, who talks with you" />
      </div>
      <Controls
        status={isConnected ? "connected" : isConnecting ? "connecting" : "idle"}
        isMuted={isMuted}
        onStart={() => void start()}
        onEnd={() => void conversation.endSession()}
        onMute={() => setMuted(!isMuted)}
      />
      <p className="note" role="status">
        {problem ??
          (isConnected
            ? `${messageCount.audio} pieces of sound, ${messageCount.viseme} of mouth shapes` +
              (answered === null ? "" : ` · answered in ${Math.round(answered)} ms`)
            : "Uses your microphone.")}
      </p>
    </section>
  );
}

export default function Home(): ReactNode {
  return (
    <MascotProvider>
      <main>
        <MascotClient
          src="/mascot.riv"
          artboard="Character"
          inputs={["is_speaking", "gesture"]}
          layout={{ fit: Fit.Contain, alignment: Alignment.BottomCenter }}
        >
          <Agent />
        </MascotClient>
      </main>
    </MascotProvider>
  );
}
