import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";

const app = mkdtempSync(join(tmpdir(), "visavis-app-"));
const installed = join(app, "node_modules", "visavis");
mkdirSync(installed, { recursive: true });
execFileSync(process.execPath, ["package.ts", join(installed, "dist")]);
cpSync("package.json", join(installed, "package.json"));
symlinkSync(resolve("node_modules/@rive-app"), join(app, "node_modules", "@rive-app"));
after(() => rmSync(app, { recursive: true }));

const APP = `
import { assetsOf, VISEMES, type Avatar, type Face } from "visavis";
import { VisavisAvatar } from "visavis/element";
const avatar: VisavisAvatar = document.createElement("visavis-avatar");
export const face: Face["mood"] = "idle";
export const socket: string = assetsOf("https://example.org").socketUrl;
export const names: readonly string[] = VISEMES;
export type A = Avatar;
document.body.append(avatar);
`;

for (const resolution of ["bundler", "nodenext"]) {
  test(`an app that installs the package has its types (${resolution})`, () => {
    writeFileSync(join(app, "app.ts"), APP);
    writeFileSync(join(app, "package.json"), '{ "type": "module" }');
    const compile = (source: string) => {
      writeFileSync(join(app, "app.ts"), source);
      return spawnSync(
        process.execPath,
        [resolve("node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--target", "es2022",
         "--lib", "es2023,dom,dom.iterable", "--types", "",
         "--module", resolution === "bundler" ? "esnext" : "nodenext", "--moduleResolution", resolution, "app.ts"],
        { cwd: app, encoding: "utf8" },
      );
    };
    assert.equal(compile(APP).stdout, "");
    assert.match(compile(APP.replace('"idle"', '"bored"')).stdout, /is not assignable/);
  });
}

test("an app's bundler finds every entry, and the files that it fetches at run time are beside them", async () => {
  writeFileSync(join(app, "app.js"), 'import "visavis/element"; export { Avatar } from "visavis";');
  const { outputFiles } = await build({
    entryPoints: [join(app, "app.js")],
    bundle: true,
    format: "esm",
    write: false,
    external: ["fs", "path"],
  });
  assert.ok((outputFiles[0]?.text.length ?? 0) > 50_000);
  const files = readdirSync(join(installed, "dist"));
  const scripts = files.filter((name) => name.endsWith(".js"));
  const texts = await Promise.all(scripts.map((name) => readFile(join(installed, "dist", name), "utf8")));
  const wanted = new Set(texts.join("").match(/(?<=new URL\("\.\/)[\w.]+(?=", import\.meta\.url\))/g));
  assert.deepEqual([...wanted].sort(), ["capture.worklet.js", "ear.worker.js", "listen.worklet.js", "playback.worklet.js", "rive.wasm"]);
  for (const name of wanted) assert.ok(files.includes(name), name);
});

test("what package.json names exists", async () => {
  const { exports } = JSON.parse(await readFile("package.json", "utf8")) as { exports: Record<string, unknown> };
  for (const [entry, target] of Object.entries(exports)) {
    if (entry === "./react" && !existsSync("src/react")) continue;
    for (const file of typeof target === "string" ? [target] : Object.values(target as object)) {
      assert.ok(existsSync(join(installed, file)), `${entry}: no ${file}`);
    }
  }
});
