import { ScalarType } from "@bufbuild/protobuf";
import { callerError } from "../errors/field-error.js";
import { inside } from "../errors/field-problem.js";
import { decodedParameter } from "../routing/request-target.js";
import { scalarText } from "../text/scalar-text.js";

/** The message in the query of a Connect GET. */
export interface QueryMessage {
  /** The message's compression; "" for none. */
  readonly packing: string;
  /** The message's bytes, as in the body of a POST. Throws a ConnectError for invalid base64. */
  readonly bytes: () => Buffer;
}

/** Parses a Connect query: the raw text after `?`. Throws a ConnectError for a broken escape. */
export function queryMessage(query: string): QueryMessage {
  const parameters = new Map<string, string>();
  for (const parameter of query.split("&")) {
    const equals = parameter.indexOf("=");
    const name = equals === -1 ? parameter : parameter.slice(0, equals);
    if (NAMES.has(name) && !parameters.has(name))
      parameters.set(name, decodedParameter(equals === -1 ? "" : parameter.slice(equals + 1)));
  }
  const message = parameters.get("message") ?? "";
  const isBase64 = parameters.get("base64") === "1";
  return {
    packing: parameters.get("compression") ?? "",
    bytes: () => (isBase64 ? base64(message) : Buffer.from(message)),
  };
}

const NAMES = new Set(["message", "base64", "compression"]);

/** The content type that an equivalent POST would have, even for an invalid query. */
export function queryContentType(query: string): string {
  return `application/${/(?:^|&)encoding=([a-z]*)(?:&|$)/.exec(query)?.[1] ?? ""}`;
}

const readBytes = scalarText(ScalarType.BYTES);

function base64(text: string): Buffer {
  try {
    return Buffer.from(readBytes(text) as Uint8Array);
  } catch (error) {
    throw callerError(inside("message", error));
  }
}
