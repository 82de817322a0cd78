import { buffer } from "node:stream/consumers";

import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

import { createDocument } from "./document.js";

// Reads descriptors with comments from standard input and writes the document to standard output; run by
// `bin/generate-openapi.js`.
const files = fromBinary(FileDescriptorSetSchema, await buffer(process.stdin));
const document = createDocument(createFileRegistry(files));
process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
