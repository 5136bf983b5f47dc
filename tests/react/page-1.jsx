// The example's page for 1.x, in strict mode.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import Home from "../../examples/nextjs-elevenlabs/src/app/v1/page.tsx";

const root = document.createElement("div");
document.body.append(root);
createRoot(root).render(<StrictMode><Home /></StrictMode>);
