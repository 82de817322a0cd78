import { ScalarType } from "@bufbuild/protobuf";
import { callerError } from "../errors/field-error.js";
import { inside } from "../errors/field-problem.js";
import { decodedParameter } from "../routing/percent.js";
import { scalarText } from "../text/scalar-text.js";

/** What the query of a GET of Connect's protocol holds. */
export interface QueryMessage {
  /** How the message is packed; empty where it is not. */
  readonly packing: string;
  /** The message's bytes, as they would be in the body of a POST. Throws a ConnectError for what is no base64. */
  readonly bytes: () => Buffer;
}

/** Takes such a query apart: what stands behind `?`, raw. Throws a ConnectError for a broken escape. */
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

/** The content type that a POST of such a query would have, whatever else is wrong with it. */
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
