import { isUtf8 } from "node:buffer";
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";

import type { JsonDialect } from "../json/dialect.js";
import { emptyMessage } from "../descriptors/empty-message.js";
import { callerError } from "../errors/field-error.js";
import { inside } from "../errors/field-problem.js";
import { createFormReader, type ReadForm } from "../form/form-reader.js";
import { decodedBody } from "./content-encoding.js";
import { isHttpBody, isHttpBodyField, rawBody } from "./http-body.js";
import type { RouteRule } from "../routing/http-rules.js";
import type { HttpRequest } from "./http-call.js";
import { setField } from "../descriptors/message-fields.js";
import { bodyTooLarge, requestError } from "../errors/request-error.js";
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

/** Whether a content type says that the body is a form, in whatever character set. */
export function isFormType(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType !== JSON_TYPE && typeOf(contentType) === FORM_TYPE;
}

/** Throws a ConnectError for a content type other than JSON in UTF-8. A missing one counts as JSON. */
export function checkJsonType(contentType: string | undefined, formsToo = false): void {
  if (contentType === undefined || contentType === "" || contentType === JSON_TYPE) return;
  if (typeOf(contentType) !== JSON_TYPE) throw unsupported(typeOf(contentType), formsToo);
  checkCharset(contentType, formsToo);
}

/**
 * Throws a ConnectError for a form in another character set than UTF-8, and for JSON that is sent as a form: curl calls
 * everything a form unless it is told otherwise.
 */
export function checkForm(contentType: string | undefined, body: string): void {
  checkCharset(contentType ?? "", true);
  if (!/^\s*[{[]/.test(body)) return;
  const text = `The request body looks like JSON, but its content-type says that it is a form.${CURL}`;
  throw requestError("media_type_unsupported", text, undefined, acceptOf(true));
}

function typeOf(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function checkCharset(contentType: string, formsToo: boolean): void {
  const parameters = contentType.toLowerCase().split(";").slice(1);
  if (!parameters.map((parameter) => parameter.trim()).some(isOtherCharset)) return;
  const text = "The request body must be in UTF-8.";
  throw requestError("media_type_unsupported", text, undefined, acceptOf(formsToo));
}

function isOtherCharset(parameter: string): boolean {
  return parameter.startsWith("charset") && !/^charset\s*=\s*"?utf-?8"?$/.test(parameter);
}

function unsupported(type: string, formsToo: boolean): Error {
  const accept = acceptOf(formsToo);
  // The default of `curl -d`.
  const hint = type === FORM_TYPE || type === "multipart/form-data" ? CURL : "";
  const types = formsToo ? `${JSON_TYPE} or ${FORM_TYPE}` : JSON_TYPE;
  return requestError(
    "media_type_unsupported",
    `The request body must be ${types}.${hint}`,
    undefined,
    accept,
  );
}

function acceptOf(formsToo: boolean): Record<string, string> {
  return { accept: formsToo ? `${JSON_TYPE}, ${FORM_TYPE}` : JSON_TYPE };
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const CURL = " With curl, add -H 'content-type: application/json'.";

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
  if (Number(request.headers["content-length"] ?? 0) > bytesMax)
    return Promise.reject(bodyTooLarge(bytesMax));
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
      reject(
        isLarge ? bodyTooLarge(bytesMax) : requestError("body_malformed", "The request body broke off."),
      );
    };
    readBodyWithCallbacks(request, bytesMax, done, failed);
  });
}
