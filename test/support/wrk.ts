import { findProgram, type Need } from "./packages.js";

/** The program that makes the bench's load over HTTP. */
export const LOAD_GENERATOR: Need<string> = {
  what: "the load generator wrk",
  packages: ["wrk"],
  find: () => findProgram("wrk"),
};
