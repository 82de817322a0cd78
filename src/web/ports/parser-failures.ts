import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { type HttpRequest, type HttpResponse } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import { callHeaders } from "../answers/answer-headers.js";
import { failure, type FailureReason, sendFailure } from "../answers/failure.js";
import type { Server } from "./graceful-shutdown.js";

/** The methods that some address of this server takes. */
export const METHODS = "DELETE, GET, HEAD, OPTIONS, POST, PUT";

/**
 * Gives the requests an answer that Node would refuse without a word, before any listener hears of them: what
 * its parser cannot read, what takes too long, what expects something else than `100-continue`, and CONNECT.
 */
export function answerParserFailures(server: Server): void {
  // A missing Host is told by the listener, as everything else that is wrong with it.
  Object.assign(server, { requireHostHeader: false });
  const refused = new WeakSet<Duplex>();
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (refused.has(socket)) return; // More of the same request.
    refused.add(socket);
    if (mayAnswer(socket)) refuse(socket, ...whatIsWrong(error));
    else socket.destroy();
  });
  server.on("checkExpectation", (_: HttpRequest, response: HttpResponse) => {
    const message = "Only the expectation 100-continue can be met.";
    if (!("stream" in response)) response.setHeader("connection", "close"); // Its body is not read.
    sendFailure(response, "expectation_unsupported", message);
  });
  server.on("connect", (_: HttpRequest, to: Duplex | HttpResponse) => {
    if ("req" in to || "stream" in to) sendFailure(to as HttpResponse, ...NO_TUNNEL, { allow: METHODS });
    else refuse(to, ...NO_TUNNEL, { allow: METHODS });
  });
}

const NO_TUNNEL: [FailureReason, string] = ["method_not_allowed", "This server is no proxy."];

function whatIsWrong({ code = "" }: NodeJS.ErrnoException): [FailureReason, string] {
  return MEANINGS.get(code) ?? ["request_malformed", "The request could not be read as HTTP."];
}

/** What Node's codes mean; any other is of a request that breaks the grammar. */
const MEANINGS = new Map<string, [FailureReason, string]>([
  ["HPE_HEADER_OVERFLOW", ["headers_too_large", "The request line and headers are larger than 16 KB."]],
  [
    "HPE_CHUNK_EXTENSIONS_OVERFLOW",
    ["body_too_large", "The extensions of the body's chunks are larger than 16 KB."],
  ],
  ["ERR_HTTP_REQUEST_TIMEOUT", ["request_timeout", "The request took too long to arrive."]],
]);

/** Whether nothing of an answer to the request before has been sent. */
function mayAnswer(socket: Duplex): boolean {
  if (!socket.writable) return false;
  const under: unknown = Reflect.get(socket, "_httpMessage");
  return !(typeof under === "object" && under !== null && Reflect.get(under, "_headerSent") === true);
}

function refuse(socket: Duplex, reason: FailureReason, message: string, headers = {}): void {
  const requestId = newId("req", Date.now());
  const { status, body } = failure(reason, message, requestId);
  const all = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...callHeaders(requestId, "encrypted" in socket),
    ...headers,
    connection: "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.on("error", () => {}); // Who sent such a request may break off at any time.
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n"));
  // To close a connection on unread bytes resets it, and its other end may never see the answer.
  socket.resume();
  const late = setTimeout(() => socket.destroy(), UNREAD_MS).unref();
  socket.once("close", () => clearTimeout(late));
}

/** How long a client may still be sending what is not wanted any more. */
const UNREAD_MS = 500;
