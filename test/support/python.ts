import { findProgram, type Need } from "./servers/packages.js";

/** The interpreter of Python that snippets of the guide are run with. */
export const PYTHON: Need<string> = {
  what: "Python 3",
  packages: ["python3"],
  find: () => findProgram("python3"),
};
