/** `npm run fuzz -- --help`: compiles what is stale, then sends mutated calls of the OpenAPI document. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale } from "./build.js";

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
buildStale();
const { runFuzz } = await import("../dist/test/fuzz/main.js");
process.exitCode = await runFuzz(process.argv.slice(2));
