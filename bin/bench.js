/** `npm run bench -- --help`: compiles what is stale, then measures the service against its peers. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale } from "./build.js";

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
buildStale();
const { bench } = await import("../dist/test/bench/main.js");
process.exitCode = await bench(process.argv.slice(2));
