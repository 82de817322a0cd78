import { buffer } from "node:stream/consumers";

import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

import { createDocument } from "./document.js";

// Descriptors with their comments come in, the document goes out; `bin/generate-openapi.js` holds both ends.
const files = fromBinary(FileDescriptorSetSchema, await buffer(process.stdin));
const document = createDocument(createFileRegistry(files));
process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
