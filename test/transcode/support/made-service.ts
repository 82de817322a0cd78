import {
  create,
  createFileRegistry,
  setExtension,
  type DescMethod,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import { http } from "../../../gen/google/api/annotations_pb.js";
import { HttpRuleSchema } from "../../../gen/google/api/http_pb.js";
import { file_transcodetest_v1_transcoding_cases as casesFile } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

/** What `google.api.http` says of a method. */
export type Rule = MessageInitShape<typeof HttpRuleSchema>;

/** Which side of a call is a stream. */
export interface Streaming {
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

/** A method that no proto file has: `made.Service/Method`, from Scalars to Scalars unless said otherwise. */
export function madeMethod(rule: Rule | undefined, streaming: Streaming = {}): DescMethod {
  const [method] = madeMethods([rule], streaming);
  if (method === undefined) throw new Error("no method was made");
  return method;
}

/** Several of them, called Method0, Method1 and so on where there is more than one. */
export function madeMethods(
  rules: readonly (Rule | undefined)[],
  { clientStreaming = false, serverStreaming = false }: Streaming = {},
): DescMethod[] {
  const options = rules.map((rule) => {
    const made = create(MethodOptionsSchema);
    if (rule !== undefined) setExtension(made, http, create(HttpRuleSchema, rule));
    return made;
  });
  const method = options.map((made, index) => ({
    name: rules.length === 1 ? "Method" : `Method${index}`,
    inputType: ".transcodetest.v1.Scalars",
    outputType: ".transcodetest.v1.Scalars",
    clientStreaming,
    serverStreaming,
    options: made,
  }));
  const file = create(FileDescriptorProtoSchema, {
    name: "made.proto",
    package: "made",
    syntax: "proto3",
    dependency: [casesFile.name + ".proto"],
    service: [{ name: "Service", method }],
  });
  const registry = createFileRegistry(file, (name) =>
    name === `${casesFile.name}.proto` ? casesFile : undefined,
  );
  return registry.getService("made.Service")?.methods ?? [];
}
