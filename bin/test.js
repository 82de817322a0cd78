/** `npm test [-- FILES AND TAP'S OPTIONS]`: compiles what is stale, then runs the tests. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale } from "./build.js";

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
buildStale();
const { runTests } = await import("../dist/test/support/run.js");
process.exitCode = await runTests(process.argv.slice(2));
