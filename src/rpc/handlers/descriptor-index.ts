import type { DescFile, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";

import { file_google_rpc_error_details } from "../../../gen/google/rpc/error_details_pb.js";

/** Index of the proto files of services and all their imports. */
export interface DescriptorIndex {
  readonly byName: ReadonlyMap<string, DescFile>;
  /** By the full name of a service, method, message, enum or extension. */
  readonly bySymbol: ReadonlyMap<string, DescFile>;
  /** By the full name of the extended message, then by the extension's number. */
  readonly byExtension: ReadonlyMap<string, ReadonlyMap<number, DescFile>>;
}

/** Indexes the files of the services, and that of the details of errors: it is sent, and no service imports it. */
export function indexDescriptors(services: readonly DescService[]): DescriptorIndex {
  const byName = new Map<string, DescFile>();
  for (const { file } of services) gather(file, byName);
  gather(file_google_rpc_error_details, byName);
  const bySymbol = new Map<string, DescFile>();
  const byExtension = new Map<string, Map<number, DescFile>>();
  for (const file of byName.values()) {
    for (const type of nestedTypes(file)) {
      bySymbol.set(type.typeName, file);
      if (type.kind === "service") {
        for (const { name } of type.methods) bySymbol.set(`${type.typeName}.${name}`, file);
      } else if (type.kind === "extension") {
        const numbers = byExtension.get(type.extendee.typeName) ?? new Map<number, DescFile>();
        byExtension.set(type.extendee.typeName, numbers.set(type.number, file));
      }
    }
  }
  return { byName, bySymbol, byExtension };
}

/** The path by which other files import this one; `DescFile.name` lacks its extension. */
export function fileName(file: DescFile): string {
  return file.proto.name;
}

function gather(file: DescFile, files: Map<string, DescFile>): void {
  if (files.has(fileName(file))) return;
  files.set(fileName(file), file);
  for (const dependency of file.dependencies) gather(dependency, files);
}
