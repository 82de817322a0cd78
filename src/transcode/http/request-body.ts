import { isUtf8 } from "node:buffer";
import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";

import type { JsonDialect } from "../json/dialect.js";
import { emptyMessage } from "../descriptors/empty-message.js";
import { callerError } from "../errors/field-error.js";
import { inside } from "../errors/field-problem.js";
import { createFormReader, type ReadForm } from "../form/form-reader.js";
import { isHttpBody, isHttpBodyField, rawBody } from "./http-body.js";
import { checkForm, checkJsonType, isFormType } from "./media-type.js";
import type { RouteRule } from "../routing/http-rules.js";
import type { HttpRequest } from "./http-call.js";
import { setField } from "../descriptors/message-fields.js";
import { requestError } from "../errors/request-error.js";
import { BodyTooLarge, readBodyWithCallbacks } from "../../lib/http.js";

/** Reads the request message from the body; `finish` adds the values of path and query. */
type ReadBody = (request: HttpRequest, finish: (message: Message) => Message) => Promise<Message>;

/** Compiles the reader of a rule's body. */
export function compileBody({ method, body }: RouteRule, dialect: JsonDialect, bytesMax: number): ReadBody {
  const decode = decoder(method.input, body, dialect);
  return (request, finish) =>
    readBytes(request, bytesMax, (received) => {
      const { "content-type": contentType, "content-encoding": coding } = request.headers;
      const isPlain = received.length === 0 || coding === undefined;
      if (isPlain) return finish(decode(received, contentType, received.length === 0));
      return decodedBody(request, received, bytesMax).then((bytes) =>
        finish(decode(bytes, contentType, false)),
      );
    });
}

/** `empty`: no byte was sent; a gzip of nothing has bytes. */
type Decode = (bytes: Buffer, contentType: string | undefined, empty: boolean) => Message;

function decoder(desc: DescMessage, body: RouteRule["body"], dialect: JsonDialect): Decode {
  if (body === undefined) return noBody(desc);
  if (body === "*") return isHttpBody(desc) ? wholeRaw : wholeJson(desc, dialect);
  return isHttpBodyField(body) ? fieldRaw(desc, body) : fieldJson(desc, body, dialect);
}

/** Many HTTP clients send `{}` with everything. */
function noBody(desc: DescMessage): Decode {
  const makeEmpty = emptyMessage(desc);
  return (bytes, _, empty) => {
    if (!empty && !/^\s*\{\s*\}\s*$/.test(bytes.toString("latin1"))) {
      throw requestError("body_unexpected", "This call takes no request body.");
    }
    return makeEmpty();
  };
}

const wholeRaw: Decode = (bytes, contentType) => rawBody(contentType, bytes);

function fieldRaw(desc: DescMessage, field: DescField): Decode {
  const makeEmpty = emptyMessage(desc);
  return (bytes, contentType, empty) => {
    const message = makeEmpty();
    if (!empty) setField(message, field, rawBody(contentType, bytes));
    return message;
  };
}

function wholeJson(desc: DescMessage, dialect: JsonDialect): Decode {
  const codec = dialect.message(desc);
  const makeEmpty = emptyMessage(desc);
  let readForm: ReadForm | undefined; // Compiled at the first form.
  return (bytes, contentType, empty) => {
    if (empty) return makeEmpty();
    try {
      if (!dialect.forms || !isFormType(contentType)) {
        checkJsonType(contentType, dialect.forms);
        return codec.read(textOf(bytes));
      }
      const form = bytes.toString("latin1");
      checkForm(contentType, form);
      readForm ??= createFormReader(desc, dialect.countMax);
      return codec.readParsed(readForm(form));
    } catch (error) {
      throw callerError(error);
    }
  };
}

function fieldJson(desc: DescMessage, field: DescField, dialect: JsonDialect): Decode {
  const codec = dialect.field(field);
  const makeEmpty = emptyMessage(desc);
  return (bytes, contentType, empty) => {
    const message = makeEmpty();
    if (empty) return message;
    checkJsonType(contentType);
    try {
      codec.read(message, textOf(bytes));
    } catch (error) {
      throw callerError(inside(field.name, error));
    }
    return message;
  };
}

/** Decodes a JSON body. Throws a ConnectError for bytes that are no UTF-8. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  // Invalid UTF-8 decodes to U+FFFD, which a valid text may also contain.
  if (!text.includes("\ufffd") || isUtf8(bytes)) return text;
  throw requestError("body_malformed", "The request body is not valid UTF-8.");
}

/**
 * Reads the complete body of at most `bytesMax` bytes and converts it with `make`. Rejects with a
 * ConnectError for the caller.
 */
export function readBytes<Made>(
  request: HttpRequest,
  bytesMax: number,
  make: (bytes: Buffer) => Made | Promise<Made>,
): Promise<Made> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const done = (bytes: Buffer): void => {
      try {
        resolve(make(bytes));
      } catch (error) {
        reject(error);
      }
    };
    const failed = (error: Error): void => {
      const isLarge = error instanceof BodyTooLarge;
      reject(isLarge ? tooLarge(bytesMax) : requestError("body_malformed", "The request body broke off."));
    };
    readBodyWithCallbacks(request, bytesMax, done, failed);
  });
}

/** The error of a body over the limit. */
export function tooLarge(bytesMax: number): Error {
  return requestError("body_too_large", `The request body is larger than ${bytesMax} bytes.`);
}

/**
 * Decodes the request's content encoding, none or gzip. `bytesMax` also limits the decoded bytes. Throws a
 * ConnectError.
 */
async function decodedBody(request: HttpRequest, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const header = request.headers["content-encoding"];
  if (header === undefined) return bytes;
  const codings = header
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim());
  const real = codings.filter((coding) => coding !== "" && coding !== "identity");
  if (real.length === 0) return bytes;
  if (real.length > 1 || !GZIP.has(real[0] ?? "")) throw unsupportedCoding();
  return await unpacked("gzip", bytes, bytesMax);
}

/** The supported compressions of a message. */
export type Packing = keyof typeof UNPACK;

/** The names of the supported compressions. */
export const packings: readonly string[] = ["gzip", "br"];

/** Whether a compression is supported. */
export function isPacking(name: string): name is Packing {
  return packings.includes(name);
}

const UNPACK = { gzip: promisify(gunzip), br: promisify(brotliDecompress) };

/**
 * Decompresses to at most `bytesMax` bytes. Throws a ConnectError for the caller where the bytes are invalid,
 * truncated or too many.
 */
export async function unpacked(packing: Packing, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    return await UNPACK[packing](bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytesMax);
    throw requestError("body_malformed", `The request body is not valid ${packing}.`);
  }
}

/** RFC 9110 requires the old name to be accepted as well. */
const GZIP = new Set(["gzip", "x-gzip"]);

function unsupportedCoding(): Error {
  const text = "The content-encoding of the request is not supported: send gzip, or none.";
  return requestError("encoding_unsupported", text, undefined, { "accept-encoding": "gzip, identity" });
}
