import { useCallback, useEffect, useRef } from "react";

/** An address holds for ten minutes. */
const REFRESH_MS = 9 * 60 * 1000;

async function fetchSignedUrl(): Promise<string> {
  const answer = await fetch("/api/get-signed-url", { cache: "no-store" });
  const said = (await answer.json()) as { signedUrl?: string; error?: string };
  if (!said.signedUrl) throw new Error(said.error ?? "There is no address for a conversation.");
  return said.signedUrl;
}

/**
 * An address that is there before anybody clicks: fetched when the page loads and every nine minutes.
 * Each serves one conversation, so one that was taken is replaced at once.
 */
export function useSignedUrl(): () => Promise<string> {
  const next = useRef<Promise<string> | null>(null);
  const refresh = useCallback(() => {
    const fetching = fetchSignedUrl();
    fetching.catch(() => {
      if (next.current === fetching) next.current = null; // whoever clicks asks again, and is told
    });
    next.current = fetching;
  }, []);
  useEffect(() => {
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);
  return useCallback(async () => {
    const ready = next.current ?? fetchSignedUrl();
    next.current = null;
    const signedUrl = await ready;
    refresh();
    return signedUrl;
  }, [refresh]);
}
