// A conversation of ElevenLabs' SDK gets a face: its lips, its gestures, and counts to watch it by.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Notice } from "../gateway.gen.ts";
import type { NaturalConfig } from "../natural-settings.ts";
import { useActor } from "./context.ts";
import type { AgentEvent } from "./frames.ts";
import type { Actor } from "./mascot.ts";
import { naturalOf } from "./natural-options.ts";
import type { AgentSession, Counts, Seen } from "./session.ts";
import { overhearing } from "./taps.ts";

/** Whatever `useConversation` returns, in any of its versions. */
export interface ElevenlabsConversation {
  status?: string | undefined;
  getId?: (() => string | undefined) | undefined;
}

export interface UseMascotElevenlabsOptions {
  /** From `useConversation()`. Where several run at once, it says which of them is meant. */
  conversation: ElevenlabsConversation;
  /** The character acts at the conversation's moments: greets, nods, thinks, glances away. */
  gesture?: boolean | undefined;
  naturalLipSync?: boolean | undefined;
  naturalLipSyncConfig?: Partial<NaturalConfig> | undefined;
  /** Each batch of shapes, as it comes: offsets in ms from the speech's first sample. */
  onVisemeReceived?: ((visemes: { offset: number; visemeId: number }[]) => void) | undefined;
  /** Something that the server's operator should know, such as an ear without weights. */
  onNotice?: ((notice: Notice) => void) | undefined;
  /** Logs every frame that has to do with the face. */
  debug?: boolean | undefined;
}

export interface UseMascotElevenlabsResult {
  /** The page's sockets are listened to. */
  isIntercepting: boolean;
  messageCount: Counts;
  lastMessage: AgentSession["last"];
  /** What the face shows now, and of which sample: for a HUD or a test. Not a state: ask when needed. */
  seen(): Seen | null;
}

/** At most this often is the component rendered for its counts. */
const COUNT_EVERY_MS = 200;
const NONE = { isIntercepting: false, messageCount: { audio: 0, viseme: 0 }, lastMessage: {} } as const;

export function useMascotElevenlabs(options: UseMascotElevenlabsOptions): UseMascotElevenlabsResult {
  const config = naturalOf({
    enabled: options.naturalLipSync ?? false,
    config: options.naturalLipSyncConfig,
  });
  // Whatever is new on each render goes through here, so that no effect depends on it.
  const latest = useRef({ options, config });
  useEffect(() => {
    latest.current = { options, config };
  });
  const seen = useRef<Seen | null>(null);
  const actor = useCallback<Actor>((atMs) => {
    const { options, config } = latest.current;
    const session = sessionOf(options.conversation, overhearing.sessions);
    if (session === null) {
      seen.current = null;
      return null;
    }
    session.configure(config);
    const now = session.look(atMs);
    seen.current = now;
    return options.gesture === true ? { face: now.face, scene: now.scene } : { face: now.face };
  }, []);
  useActor("useMascotElevenlabs", actor);
  const counts = useCounts(latest);
  const look = useCallback(() => seen.current, []);
  return useMemo(() => ({ ...counts, seen: look }), [counts, look]);
}

type Latest = { readonly current: { options: UseMascotElevenlabsOptions } };

function useCounts(latest: Latest): Omit<UseMascotElevenlabsResult, "seen"> {
  const [counts, setCounts] = useState<Omit<UseMascotElevenlabsResult, "seen">>(NONE);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const show = (): void => {
      timer = null;
      const session = sessionOf(latest.current.options.conversation, overhearing.sessions);
      const { counts, last } = session ?? { counts: NONE.messageCount, last: {} };
      setCounts({ isIntercepting: true, messageCount: { ...counts }, lastMessage: { ...last } });
    };
    const leave = overhearing.listen({
      changed: () => (timer ??= setTimeout(show, COUNT_EVERY_MS)),
      event: (session, event) => {
        const { options } = latest.current;
        if (sessionOf(options.conversation, overhearing.sessions) === session) tell(options, event);
      },
    });
    show();
    return () => {
      leave();
      if (timer !== null) clearTimeout(timer);
    };
  }, [latest]);
  return counts;
}

/** The one that the conversation names; otherwise the one that was opened last. */
export function sessionOf<S extends { conversationId: string | null }>(
  conversation: ElevenlabsConversation,
  sessions: readonly S[],
): S | null {
  const id = idOf(conversation);
  const named = id === null ? undefined : sessions.find((session) => session.conversationId === id);
  return named ?? sessions.at(-1) ?? null;
}

function idOf(conversation: ElevenlabsConversation): string | null {
  try {
    return conversation.getId?.() ?? null;
  } catch {
    return null; // 1.x throws while no conversation runs: then there is no id
  }
}

function tell(options: UseMascotElevenlabsOptions, event: AgentEvent): void {
  if (event.type === "notice") {
    options.onNotice?.(event.notice);
    if (options.onNotice === undefined) console.warn(`Visavis: ${event.notice.message}`, event.notice.hint ?? "");
  }
  if (event.type === "visemes" && options.onVisemeReceived !== undefined) {
    const { cues, rate_hz } = event.visemes;
    options.onVisemeReceived(
      cues.map(({ at_sample, viseme }) => ({ offset: (1000 * at_sample) / rate_hz, visemeId: viseme })),
    );
  }
  if (options.debug === true && event.type !== "other") console.debug("Visavis", event);
}
