/** Builds what is stale, then serves the transcoder's cases: `npm run --silent serve-cases -- --help`. */
import { buildStale } from "./build.js";

buildStale();
await import("../dist/test/serve-cases.js");
