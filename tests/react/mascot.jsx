// Every hook at once, in strict mode, for tests to mount, unmount and drive.
import { Conversation } from "elevenlabs-client";
import { StrictMode, useEffect, useState, version } from "react";
import { createRoot } from "react-dom/client";
import {
  Alignment,
  Fit,
  MascotClient,
  MascotProvider,
  MascotRive,
  useLatencyMeasurement,
  useMascot,
  useMascotElevenlabs,
  useMascotPlayback,
  useMascotSpeech,
} from "visavis/react";

window.reactVersion = version;
const CONFIG = { minVisemeInterval: 40, mergeWindow: 60, keyVisemePreference: 0.6 };

function Everything({ inline }) {
  const [n, setN] = useState(0);
  useEffect(() => {
    if (!inline) return undefined;
    const timer = setInterval(() => setN((last) => last + 1), 50);
    return () => clearInterval(timer);
  }, [inline]);
  const elevenlabs = useMascotElevenlabs({
    conversation: { getId: () => window.conversation?.getId() },
    gesture: true,
    naturalLipSync: true,
    naturalLipSyncConfig: inline ? { ...CONFIG } : CONFIG,
  });
  Object.assign(window, {
    elevenlabs,
    latency: useLatencyMeasurement(),
    mascot: useMascot(),
    playback: useMascotPlayback(),
    speech: useMascotSpeech({ apiEndpoint: `${window.server}/v1/visemes-audio` }),
    nRenders: n,
  });
  return <MascotRive />;
}

let root = null;
window.mount = ({ inline = false } = {}) => {
  const element = document.createElement("div");
  element.style.cssText = "width: 480px; height: 480px";
  document.body.append(element);
  root = createRoot(element);
  root.render(
    <StrictMode>
      <MascotProvider>
        <MascotClient
          src="mascot.riv"
          artboard="Character"
          inputs={["is_speaking"]}
          layout={{ fit: Fit.Contain, alignment: Alignment.BottomCenter }}
        >
          <Everything inline={inline} />
        </MascotClient>
      </MascotProvider>
    </StrictMode>,
  );
};
window.unmount = () => {
  root.unmount();
  document.body.replaceChildren();
};
window.talk = async (signedUrl) => {
  window.conversation = await Conversation.startSession({ signedUrl, useWakeLock: false });
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
/** Mounts and unmounts n times; tells how many canvases and Rive objects of them are still alive. */
window.rounds = async (n) => {
  const shown = [];
  for (let i = 0; i < n; i++) {
    window.mount();
    while (!window.mascot?.isRiveLoaded) await pause(5);
    shown.push(new WeakRef(document.querySelector("canvas")), new WeakRef(window.mascot.rive));
    window.unmount();
    for (const name of ["mascot", "elevenlabs", "latency", "playback", "speech"]) window[name] = undefined;
  }
  root = null;
  for (let i = 0; i < 5; i++) {
    await pause(100);
    window.gc();
  }
  return shown.filter((ref) => ref.deref() !== undefined).length;
};
