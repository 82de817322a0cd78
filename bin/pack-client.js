/**
 * `npm run pack:client -- [FOLDER]`: packs `@calmony-pay/client` into FOLDER (this one by default), ready for `npm
 * publish` or `npm install FILE`: the clients of `client`, what is generated of the API, and its proto files.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [folder = process.cwd()] = process.argv.slice(2);

/** What the package has beside what is compiled. */
const COPIED = {
  "client/package.json": "package.json",
  "client/README.md": "README.md",
  "client/service-config.json": "service-config.json",
  "client/examples": "examples",
  LICENSE: "LICENSE",
  proto: "proto",
};

mkdirSync(folder, { recursive: true });
const made = mkdtempSync(path.join(tmpdir(), "calmony-pay-client-"));
try {
  run(process.execPath, [
    path.join(root, "node_modules/typescript/bin/tsc"),
    "--project",
    path.join(root, "client"),
    "--outDir",
    made,
  ]);
  for (const [from, to] of Object.entries(COPIED)) {
    cpSync(path.join(root, from), path.join(made, to), { recursive: true });
  }
  run("npm", ["pack", made, "--ignore-scripts", "--silent", "--pack-destination", folder]);
} finally {
  rmSync(made, { recursive: true, force: true });
}

/** What fails has said why. */
function run(program, args) {
  const { status } = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) {
    rmSync(made, { recursive: true, force: true });
    process.exit(1);
  }
}
