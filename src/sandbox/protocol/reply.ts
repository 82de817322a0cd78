import type { ServerResponse } from "node:http";

import { encodeFields, type Field } from "../../cardstream/fields.js";
import { type HttpResponse, send, sendText } from "../../lib/http.js";

/** One response of the sandbox gateway, ready to send. */
export type Reply = (response: HttpResponse) => void;

/**
 * A response to a program in the gateway's own encoding. Its status is 200, whatever the outcome of the
 * request.
 */
export function formReply(fields: readonly Field[]): Reply {
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  return (response) => send(response, 200, encodeFields(fields), headers);
}

/** An answer in JSON. */
export function jsonReply(value: unknown, headers: Record<string, string> = {}): Reply {
  const all = { "content-type": "application/json", ...headers };
  return (response) => send(response, 200, JSON.stringify(value), all);
}

/** No response: the connection is closed after `ms` milliseconds. */
export function silentReply(ms: number): Reply {
  return (response) => {
    const timer = setTimeout(() => response.destroy(), ms).unref();
    // Both response types have this call, but TypeScript cannot call a union of overloads.
    (response as ServerResponse).once("close", () => clearTimeout(timer));
  };
}

/** A response to a program whose request never reached the gateway's own code, with the request's id. */
export function textReply(status: number, text: string, headers: Record<string, string> = {}): Reply {
  return (response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const requestId = response.getHeader("request-id");
    sendText(response, status, typeof requestId === "string" ? `${text} (${requestId})` : text);
  };
}
