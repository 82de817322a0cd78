/**
 * Writes `gen/openapi.json` from the proto files: the last part of `npm run generate`.
 *
 * Compiles the generator and what it imports by itself: right after a change in `proto/` the rest may not
 * compile, until the new call has its handler.
 */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const compiled = path.join(root, ".dist-tool");

run("node_modules/typescript/bin/tsc", ["--project", "tool", "--outDir", compiled], "");
const descriptors = run("node_modules/@bufbuild/buf/bin/buf", [
  "build",
  "--path=proto/calmonypay",
  "--as-file-descriptor-set",
  "--output=-",
]);
writeFileSync(
  path.join(root, "gen", "openapi.json"),
  run(path.join(compiled, "tool/openapi/main.js"), [], descriptors),
);
rmSync(compiled, { recursive: true });

/** Runs a Node program with this input and returns its output. Where it fails, ends this process. */
function run(program, args, input = "") {
  const stdio = ["pipe", "pipe", "inherit"];
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], { cwd: root, input, stdio });
  if (status !== 0) {
    process.stderr.write(stdout); // The compiler prints its errors there.
    process.exit(status ?? 1);
  }
  return stdout;
}
