// The natural pass as apps ask for it. Pure.
import { type NaturalConfig, naturalConfig } from "../natural-settings.ts";

export interface NaturalOptions {
  enabled: boolean;
  config: Partial<NaturalConfig> | undefined;
}

/** Of other SDKs' versions: how quickly a mouth changes is the character's and the cues' here. */
const FOREIGN = ["desktopTransitionDuration", "mobileTransitionDuration"];

/**
 * The whole config, or null where shapes are shown as they come. Throws by name if one is wrong: the
 * app's author should see it at once, and not wonder about lips.
 */
export function naturalOf({ enabled, config }: NaturalOptions): NaturalConfig | null {
  if (!enabled) return null;
  const known = Object.entries(config ?? {}).filter(([name]) => !FOREIGN.includes(name));
  return naturalConfig(Object.fromEntries(known));
}
