// What both builds share: the served page (build.ts) and the npm package (package.ts).
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform, type BuildOptions, type Plugin } from "esbuild";

/** A shadow root's style sheet is text in its script: one file to load, and no flash without it. */
const cssAsText: Plugin = {
  name: "css as text",
  setup(bundling) {
    bundling.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), {
        loader: "css",
        minify: true,
        target: TARGETS,
      });
      return { contents: code, loader: "text" };
    });
  },
};

const TARGETS = ["chrome116", "firefox115", "safari16.4"];

export const MODULES: BuildOptions = {
  bundle: true,
  format: "esm",
  target: TARGETS,
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: "linked",
  logLevel: "warning",
  external: ["fs", "path"], // named in Rive's loader for Node, never reached in a browser
};

export const SCRIPTS: BuildOptions = { ...MODULES, plugins: [cssAsText] };

/** These run on threads of their own, so they are files of their own. */
export const THREADS = ["capture.worklet", "playback.worklet", "listen.worklet", "ear.worker"];

/** An entry as a browser would load it, without Rive's runtime: its bytes after gzip. */
export async function gzippedBytes(entry: string): Promise<number> {
  const { outputFiles } = await build({
    ...SCRIPTS,
    entryPoints: [entry],
    sourcemap: false,
    legalComments: "none",
    write: false,
    external: [...(MODULES.external ?? []), "@rive-app/canvas-lite"],
  });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}
