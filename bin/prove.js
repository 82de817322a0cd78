/** `npm run prove -- --help`: compiles what is stale, then runs the simulation that every payment must survive. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale } from "./build.js";

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
buildStale();
const { prove } = await import("../dist/test/simulation/main.js");
process.exitCode = await prove(process.argv.slice(2));
