// What the page does with either version of the client: start, and write down all that it says.
export function talkWith(Conversation) {
  const seen = (window.seen = []);
  const note = (kind) => (what) => seen.push([kind, what ?? null]);
  window.talk = async (options) => {
    window.conversation = await Conversation.startSession({
      ...options,
      onConnect: note("connect"),
      onMessage: note("message"),
      onAudio: note("audio"),
      onInterruption: note("interruption"),
      onModeChange: note("mode"),
      onDisconnect: note("disconnect"),
      onError: note("error"),
      onDebug: note("debug"),
      onIncomingEvent: note("incoming"),
    });
  };
}
