"""Pages that use visavis/react from today's sources, bundled with one React or the other."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Literal

from tests.sdk.bundles import FOLDER as REACT_19
from tests.sdk.bundles import run_program
from visavis.characters import build_character

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLE = ROOT / "examples" / "nextjs-elevenlabs"
_WASM = ROOT / "web" / "node_modules" / "@rive-app" / "canvas-lite" / "rive.wasm"

React = Literal[18, 19]

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>page</title>'
    '<link rel="icon" href="data:,"><link rel="stylesheet" href="globals.css">'
    '<body></body><script type="module" src="bundle.js"></script></html>'
)


@cache
def _pip() -> bytes:
    return build_character("pip")


def build_page(entry: str, react: React, folder: Path) -> None:
    """`folder` becomes a site: the page, its script, Rive's runtime beside it, and Pip."""
    modules = {18: HERE, 19: REACT_19}[react] / "node_modules"
    instead = {
        "react": modules / "react",
        "react-dom": modules / "react-dom",
        "elevenlabs-client": REACT_19
        / "node_modules/@elevenlabs/client/dist/platform/web/index.js",
        "@elevenlabs/react": HERE / "node_modules/@elevenlabs/react/dist/lib.modern.js",
        "@elevenlabs/react-1": HERE / "node_modules/@elevenlabs/react-1/dist/index.js",
        "visavis/react": ROOT / "web" / "src" / "react" / "index.ts",
    }
    run_program(
        "esbuild",
        str(HERE / entry),
        "--bundle",
        "--format=esm",
        "--jsx=automatic",
        "--external:fs",
        "--external:path",
        *(f"--alias:{name}={path}" for name, path in instead.items()),
        f"--outfile={folder / 'bundle.js'}",
    )
    (folder / "index.html").write_text(_PAGE, encoding="utf-8")
    (folder / "rive.wasm").write_bytes(_WASM.read_bytes())
    (folder / "mascot.riv").write_bytes(_pip())
    css = EXAMPLE / "src" / "app" / "globals.css"
    (folder / "globals.css").write_text(css.read_text("utf-8"), encoding="utf-8")


def type_faults(folder: Path) -> str:
    """What the compiler says of the example, beside the package's declarations and React 18's."""
    modules = folder / "node_modules"
    (modules / "@rive-app").mkdir(parents=True)
    for module in (HERE / "node_modules").iterdir():
        (modules / module.name).symlink_to(module)
    (modules / "@rive-app" / "canvas-lite").symlink_to(_WASM.parent)
    declared = modules / "visavis"
    package = ROOT / "web" / "tsconfig.package.json"
    run_program("tsc", "-p", str(package), "--outDir", str(declared))
    shutil.copytree(EXAMPLE / "src", folder / "src")
    config = json.loads((EXAMPLE / "tsconfig.json").read_text("utf-8"))
    config["compilerOptions"] |= {
        "plugins": [],
        "incremental": False,
        "jsx": "react-jsx",
        "types": ["node"],
        "paths": {"visavis/react": ["./node_modules/visavis/react/index.d.ts"]},
    }
    # Next's own compiler knows style sheets.
    (folder / "src" / "css.d.ts").write_text('declare module "*.css";', encoding="utf-8")
    (folder / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
    done = run_program("tsc", "-p", str(folder), check=False)
    return "" if done.returncode == 0 else done.stdout
