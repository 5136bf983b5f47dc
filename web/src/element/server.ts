// What the element asks its server before anybody talks: who answers there, and may this page?

export interface AvatarCard {
  name: string;
  character: string;
}

export type Answer =
  | { kind: "card"; card: AvatarCard }
  | { kind: "refused"; message: string; hint: string }
  /** Not there, or not a Visavis server: the talk's own retries tell the user. */
  | { kind: "away" };

export async function askServer(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, { credentials: "omit" });
    return answerFrom(response.status, await response.json(), location.origin);
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return { kind: "away" };
    throw error;
  }
}

/** Pure: a problem document (RFC 9457) of code `origin` is a refusal. */
export function answerFrom(status: number, body: unknown, ownOrigin: string): Answer {
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  if (status === 403 && text("code") === "origin") {
    const hint = text("hint") || `Start the server with --allow-origin ${ownOrigin}`;
    return { kind: "refused", message: text("detail") || text("title"), hint };
  }
  if (status === 200 && text("name") !== "" && text("character") !== "") {
    return { kind: "card", card: { name: text("name"), character: text("character") } };
  }
  return { kind: "away" };
}
