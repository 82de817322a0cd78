import { isUtf8 } from "node:buffer";
import { type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { decodedBody } from "./content-encoding.js";
import type { JsonDialect } from "../json/dialect.js";
import { emptyMessage } from "../descriptors/empty-message.js";
import { callerError } from "../errors/field-error.js";
import { inside } from "../errors/field-problem.js";
import { isHttpBody, isHttpBodyField, rawBody } from "./http-body.js";
import type { RouteRule } from "../routing/http-rules.js";
import type { HttpRequest } from "./http.js";
import { checkJsonType } from "./media-type.js";
import { setField } from "../descriptors/message-fields.js";
import { readBytes } from "./request-bytes.js";
import { requestError } from "../errors/request-error.js";

/** Reads the request message from the body; `finish` adds the values of path and query. */
export type ReadBody = (request: HttpRequest, finish: (message: Message) => Message) => Promise<Message>;

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
  return (bytes, contentType, empty) => {
    if (empty) return makeEmpty();
    checkJsonType(contentType);
    try {
      return codec.read(textOf(bytes));
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
