import { type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";

import type { ServerReflectionRequest } from "../../../gen/grpc/reflection/v1/reflection_pb.js";
import type { ServerReflectionRequest as AlphaRequest } from "../../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { type DescriptorIndex, fileName, indexDescriptors } from "./descriptor-index.js";

/**
 * `grpc.reflection`: describes the services to clients without proto files.
 *
 * One implementation for `v1` and `v1alpha`, which differ in the package only; most tools try the older one
 * first.
 */
export function reflectionHandlers(services: readonly DescService[]) {
  let index: DescriptorIndex | undefined;
  return {
    async *serverReflectionInfo<Request extends AnyRequest>(requests: AsyncIterable<Request>) {
      index ??= indexDescriptors(services);
      const sent = new Set<string>();
      for await (const request of requests) {
        const messageResponse = answer(request.messageRequest, services, index, sent);
        yield { validHost: request.host, originalRequest: request, messageResponse };
      }
    },
  };
}

type AnyRequest = ServerReflectionRequest | AlphaRequest;

/** `sent` has the files that this stream has sent: a client needs each once. */
function answer(
  question: AnyRequest["messageRequest"],
  services: readonly DescService[],
  { byName, bySymbol, byExtension }: DescriptorIndex,
  sent: Set<string>,
) {
  switch (question.case) {
    case "listServices":
      return serviceNames(services);
    case "fileByFilename":
      return files(byName.get(question.value), sent, question.value);
    case "fileContainingSymbol":
      return files(bySymbol.get(question.value), sent, question.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = question.value;
      const file = byExtension.get(containingType)?.get(extensionNumber);
      return files(file, sent, `extension ${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType": {
      const type = question.value;
      return bySymbol.has(type) ? extensionNumbers(type, byExtension.get(type)) : notFound(type);
    }
    case undefined:
      break;
  }
  return refusal(Code.InvalidArgument, "The request asks for nothing.");
}

function serviceNames(services: readonly DescService[]) {
  const service = services.map(({ typeName }) => ({ name: typeName }));
  return { case: "listServicesResponse" as const, value: { service } };
}

/** The file, and those of its dependencies that the stream has not sent yet. */
function files(file: DescFile | undefined, sent: Set<string>, wanted: string) {
  if (file === undefined) return notFound(wanted);
  sent.delete(fileName(file));
  const fileDescriptorProto: Uint8Array[] = [];
  const add = (one: DescFile): void => {
    if (sent.has(fileName(one))) return;
    sent.add(fileName(one));
    fileDescriptorProto.push(toBinary(FileDescriptorProtoSchema, one.proto));
    one.dependencies.forEach(add);
  };
  add(file);
  return { case: "fileDescriptorResponse" as const, value: { fileDescriptorProto } };
}

function extensionNumbers(baseTypeName: string, numbers: ReadonlyMap<number, DescFile> = new Map()) {
  const extensionNumber = [...numbers.keys()];
  return { case: "allExtensionNumbersResponse" as const, value: { baseTypeName, extensionNumber } };
}

function notFound(wanted: string) {
  return refusal(Code.NotFound, `There is no ${wanted} here.`);
}

/** An error inside the stream, which goes on after it. */
function refusal(errorCode: Code, errorMessage: string) {
  return { case: "errorResponse" as const, value: { errorCode, errorMessage } };
}
