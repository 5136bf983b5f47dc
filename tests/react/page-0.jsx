// The example's page as it is, in React 18 and strict mode, on the client of the tutorial's time.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import Home from "../../examples/nextjs-elevenlabs/src/app/page.tsx";

const root = document.createElement("div");
document.body.append(root);
createRoot(root).render(<StrictMode><Home /></StrictMode>);
