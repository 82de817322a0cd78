import { spawnSync } from "node:child_process";

import { findProgram, type Need } from "./servers/packages.js";

/** The interpreter of Python that snippets of the guide are run with. */
export const PYTHON: Need<string> = {
  what: "Python 3",
  packages: ["python3"],
  find: () => findProgram("python3"),
};

/** An interpreter of Python that has gRPC. The one that is found first may not be Debian's, which has its packages. */
export const PYTHON_WITH_GRPC: Need<string> = {
  what: "gRPC for Python",
  packages: ["python3-grpcio", "python3-protobuf"],
  isOptional: true,
  find: () => [findProgram("python3") ?? "python3", "/usr/bin/python3"].find(hasGrpc),
};

function hasGrpc(python: string): boolean {
  return spawnSync(python, ["-c", "import grpc, google.protobuf"], { stdio: "ignore" }).status === 0;
}
