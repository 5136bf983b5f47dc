// Keys stay here, on your server: the page gets an address that holds for one conversation.

// CHANGED, line 2 of 2: the tutorial's app asks https://api.mascot.bot
const API = process.env.VISAVIS_URL || "http://localhost:8300";

/** Without an agent's id, Visavis' own agent answers. */
function agent() {
  const agentId = process.env.ELEVENLABS_AGENT_ID;
  if (!agentId) return { provider: "local", provider_config: {} };
  const apiKey = process.env.ELEVENLABS_API_KEY;
  const key = apiKey ? { api_key: apiKey } : {};
  return { provider: "elevenlabs", provider_config: { agent_id: agentId, ...key } };
}

export async function GET(): Promise<Response> {
  const token = process.env.VISAVIS_API_TOKEN;
  try {
    const answer = await fetch(`${API}/v1/get-signed-url`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ config: agent() }),
      cache: "no-store",
    });
    const said = (await answer.json()) as { signed_url?: string; detail?: string; hint?: string };
    if (!answer.ok || !said.signed_url) {
      console.error(`${API} answered ${answer.status}: ${said.detail ?? ""} ${said.hint ?? ""}`);
      return Response.json({ error: "There is no address for a conversation now." }, { status: 502 });
    }
    return Response.json({ signedUrl: said.signed_url });
  } catch (error) {
    console.error(`No Visavis server answers at ${API}. Start one: visavis serve`, error);
    return Response.json({ error: "The voice server can't be reached." }, { status: 502 });
  }
}

/** An address holds once: never one from a cache. */
export const dynamic = "force-dynamic";
