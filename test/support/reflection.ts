import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { credentials, type GrpcObject, loadPackageDefinition } from "@grpc/grpc-js";
import { load, loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";

/** What a client without generated types sends and gets. */
// oxlint-disable-next-line typescript/no-explicit-any -- the loader makes classes that no type knows.
export type Loose = any;

/** The versions of the reflection protocol that tools speak. */
export const VERSIONS = ["v1", "v1alpha"] as const;

const OPTIONS = { keepCase: true, longs: String, enums: String, oneofs: true, defaults: true };

/** The classes of a proto file that everybody has, such as health and reflection. */
export async function standardProto(file: string): Promise<Loose> {
  return loadPackageDefinition(await load(file, { ...OPTIONS, includeDirs: ["proto/third_party"] }));
}

/** Asks all these questions on one stream of the reflection service. */
export async function ask(target: string, version: string, questions: Loose[]): Promise<Loose[]> {
  const { grpc } = await standardProto(`grpc/reflection/${version}/reflection.proto`);
  const client = new grpc.reflection[version].ServerReflection(target, credentials.createInsecure());
  try {
    const stream = client.ServerReflectionInfo();
    for (const question of questions) stream.write(question);
    stream.end();
    const answers = [];
    for await (const answer of stream) answers.push(answer);
    return answers;
  } finally {
    client.close();
  }
}

/** The classes of all services of a server, made of nothing but what it tells by reflection. */
export async function reflectedClasses(target: string, version: string): Promise<GrpcObject> {
  const [list] = await ask(target, version, [{ list_services: "" }]);
  const names: string[] = list.list_services_response.service.map(({ name }: Loose) => name);
  const answers = await ask(
    target,
    version,
    names.map((name) => ({ file_containing_symbol: name })),
  );
  const files = answers.flatMap((answer) => answer.file_descriptor_response.file_descriptor_proto);
  return loadPackageDefinition(loadFileDescriptorSetFromBuffer(descriptorSet(files), OPTIONS));
}

/** A file that was asked for is sent again, though the stream has had it. */
function descriptorSet(files: Uint8Array[]): Buffer {
  const parsed = files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const file = [...new Map(parsed.map((one) => [one.name, one])).values()];
  return Buffer.from(
    toBinary(FileDescriptorSetSchema, { $typeName: "google.protobuf.FileDescriptorSet", file }),
  );
}
