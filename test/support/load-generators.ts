import { findProgram, type Need } from "./servers/packages.js";

/** The programs that make the bench's load: over HTTP/1.1 and over HTTP/2. */
export const LOAD_GENERATORS: readonly Need<string>[] = [
  {
    what: "the load generator wrk",
    packages: ["wrk"],
    find: () => findProgram("wrk"),
  },
  {
    what: "the load generator h2load",
    packages: ["nghttp2-client"],
    find: () => findProgram("h2load"),
  },
];
