import { type Agent, type IncomingHttpHeaders, request } from "node:http";
import { buffer } from "node:stream/consumers";

import type { SentCall } from "./call.js";

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a call as it stands: `fetch` would make its address right. */
export async function send(address: string, agent: Agent, call: SentCall): Promise<Answer> {
  const { hostname, port } = new URL(address);
  const { method, target: path, body = Buffer.alloc(0) } = call;
  const length = body.length === 0 ? {} : { "content-length": body.length };
  return await new Promise((resolve, reject) => {
    const sending = request(
      { hostname, port, method, path, agent, headers: { ...call.headers, ...length }, timeout: TIMEOUT_MS },
      (response) => {
        const { statusCode: status = 0, headers } = response;
        if (headers["content-type"] === LINES) {
          // A stream has no end of its own.
          response.destroy();
          resolve({ status, headers, text: "" });
          return;
        }
        buffer(response).then((bytes) => resolve({ status, headers, text: bytes.toString() }), reject);
      },
    );
    sending.on("error", reject);
    sending.on("timeout", () => sending.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
    sending.end(body);
  });
}

const LINES = "application/x-ndjson";

/** Longer than any answer takes. */
const TIMEOUT_MS = 40_000;
