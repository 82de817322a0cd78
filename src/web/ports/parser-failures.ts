import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { type HttpRequest, type HttpResponse } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import { callHeaders, METHODS } from "./listener.js";
import { failure, type FailureReason, sendFailure } from "../answers/failure.js";
import { stopParsing } from "../connections/stop-parsing.js";
import type { Server } from "./graceful-shutdown.js";

/**
 * Sends an error response to requests that Node refuses without one, before any listener: those that its
 * parser cannot read, that take too long, that expect something else than `100-continue`, and CONNECT.
 */
export function answerParserFailures(server: Server): void {
  // The listener checks the Host header, whether missing or invalid.
  Object.assign(server, { requireHostHeader: false });
  const refused = new WeakSet<Duplex>();
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (refused.has(socket)) return; // More bytes of the refused request.
    refused.add(socket);
    if (mayAnswer(socket)) refuse(socket, ...whatIsWrong(error));
    else socket.destroy();
  });
  server.on("checkExpectation", (request: HttpRequest, response: HttpResponse) => {
    const message = "Only the expectation 100-continue can be met.";
    if (!("stream" in response)) {
      response.setHeader("connection", "close"); // The body is not read.
      stopParsing(request.socket);
    }
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

/** Failures by Node's error code. Every other code means a request that violates HTTP's grammar. */
const MEANINGS = new Map<string, [FailureReason, string]>([
  ["HPE_HEADER_OVERFLOW", ["headers_too_large", "The request line and headers are larger than 16 KB."]],
  [
    "HPE_CHUNK_EXTENSIONS_OVERFLOW",
    ["body_too_large", "The extensions of the body's chunks are larger than 16 KB."],
  ],
  ["ERR_HTTP_REQUEST_TIMEOUT", ["request_timeout", "The request took too long to arrive."]],
]);

/** Whether no response to the request before is partly sent. */
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
  socket.on("error", () => {}); // The client may break off at any time.
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n"));
  // Closing a connection with unread bytes resets it, and the client may never see the response.
  socket.resume();
  const late = setTimeout(() => socket.destroy(), UNREAD_MS).unref();
  socket.once("close", () => clearTimeout(late));
}

/** How long a client may go on sending after the response. */
const UNREAD_MS = 500;
