import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

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

/** The compiler of proto files, and its plugin that makes Python's services. */
export const PROTOC_FOR_PYTHON: Need<{ readonly protoc: string; readonly plugin: string }> = {
  what: "protoc for Python",
  packages: ["protobuf-compiler", "protobuf-compiler-grpc", "libprotobuf-dev"],
  isOptional: true,
  find() {
    const [protoc, plugin] = [findProgram("protoc"), findProgram("grpc_python_plugin")];
    if (protoc === undefined || plugin === undefined || !existsSync(GOOGLES)) return undefined;
    return { protoc, plugin };
  },
};

/** Google's own proto files, where protoc looks for them. */
const GOOGLES = "/usr/include/google/protobuf/descriptor.proto";

function hasGrpc(python: string): boolean {
  return spawnSync(python, ["-c", "import grpc, google.protobuf"], { stdio: "ignore" }).status === 0;
}
