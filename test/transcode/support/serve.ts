import { createServer } from "node:http";
import type { ConnectRouter } from "@connectrpc/connect";
import type { Test } from "tap";
import { createTranscoder, type TranscoderOptions } from "../../../src/transcode/http/transcoder.js";
import { listen, sendRaw, type RawRequest, type RawResponse } from "./raw-http.js";
import { RecordingStub } from "./recording-stub.js";

/** Everything but the routes. */
export type ServeOptions = Omit<TranscoderOptions, "routes" | "invoker">;

/** A transcoder behind a real server, until the test ends. */
export interface Served {
  readonly port: number;
  readonly send: (request: RawRequest) => Promise<RawResponse>;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<RawResponse>;
  /** Posts JSON. */
  readonly post: (
    path: string,
    body?: string | Uint8Array,
    headers?: Record<string, string>,
  ) => Promise<RawResponse>;
}

/** Serves routes over HTTP/1.1 on a free port. */
export async function serveRoutes(
  t: Test,
  routes: (router: ConnectRouter) => void,
  options: ServeOptions = {},
): Promise<Served> {
  const server = createServer(createTranscoder({ ...options, routes }));
  const port = await listen(server);
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  const send = (request: RawRequest) => sendRaw(port, request);
  return {
    port,
    send,
    get: (path, headers) => send({ method: "GET", path, ...(headers && { headers }) }),
    post: (path, body, headers) => {
      const all = { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers };
      return send({ method: "POST", path, headers: all, body });
    },
  };
}

/** Serves the case file's services with a recording stub. */
export async function serveStub(
  t: Test,
  options: ServeOptions = {},
): Promise<Served & { stub: RecordingStub }> {
  const stub = new RecordingStub();
  return { stub, ...(await serveRoutes(t, stub.routes, options)) };
}

/** The part of the default error body that says what went wrong. */
export function errorOf({ body }: RawResponse): {
  code: number;
  message: string;
  reason: string;
  field: string;
} {
  const { code, message, details } = JSON.parse(body) as ErrorBody;
  const info = details.find((detail) => detail.reason !== undefined);
  const violation = details.find((detail) => detail.fieldViolations !== undefined)?.fieldViolations?.[0];
  return { code, message, reason: info?.reason ?? "", field: violation?.field ?? "" };
}

interface ErrorBody {
  readonly code: number;
  readonly message: string;
  readonly details: { readonly reason?: string; readonly fieldViolations?: { readonly field: string }[] }[];
}
