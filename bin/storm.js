/** `npm run storm -- --help`: compiles what is stale, then sends equal messages and requests at once. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale } from "./build.js";

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
buildStale();
const { storm } = await import("../dist/test/stress/main.js");
process.exitCode = await storm(process.argv.slice(2));
