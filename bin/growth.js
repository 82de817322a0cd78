/** `npm run growth -- --help`: compiles what is stale, then measures whether calls get slower as the tables grow. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale } from "./build.js";

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
buildStale();
const { growth } = await import("../dist/test/bench/growth/main.js");
process.exitCode = await growth(process.argv.slice(2));
