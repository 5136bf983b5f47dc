import { ConversationProvider, useConversation } from "@elevenlabs/react";
import { createRoot } from "react-dom/client";

const seen = (window.seen = []);
const note = (kind) => (what) => seen.push([kind, what ?? null]);

function Talk() {
  const conversation = useConversation({
    onConnect: note("connect"),
    onMessage: note("message"),
    onAudio: note("audio"),
    onInterruption: note("interruption"),
    onModeChange: note("mode"),
    onDisconnect: note("disconnect"),
    onError: note("error"),
    onIncomingEvent: note("incoming"),
  });
  window.talk = async (options) => {
    window.conversation = conversation;
    await conversation.startSession(options);
  };
  return <p>ready</p>;
}

createRoot(document.body).render(
  <ConversationProvider>
    <Talk />
  </ConversationProvider>,
);
