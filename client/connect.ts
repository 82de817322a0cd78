import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";

import { type CallOptions, callInterceptors, TIMEOUT_MS } from "./interceptors.js";

/** Where and how the Connect protocol is spoken. */
export interface ConnectOptions extends CallOptions {
  /** The service's public address, such as `https://pay.example.com`. */
  readonly baseUrl: string;
}

/** A transport over HTTP/1.1 and the Connect protocol: through every proxy, on the port of the JSON API. */
export function connectTransport({ baseUrl, ...options }: ConnectOptions): Transport {
  return createConnectTransport({
    baseUrl,
    httpVersion: "1.1",
    interceptors: callInterceptors(options),
    defaultTimeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
}
