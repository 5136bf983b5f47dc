import type { ReactNode } from "react";
import "./globals.css";

export const metadata = {
  title: "A voice agent with a face",
  description: "ElevenLabs' SDK, your own Visavis server, and a character that moves its lips.",
};

export default function RootLayout({ children }: { children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
