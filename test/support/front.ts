import { createServer, request as send } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import type { Test } from "tap";

/** The service's public address, where requests can get lost on their way. */
export interface Front {
  readonly url: string;
  /** What was lost so far: method and path. */
  readonly lostRequests: readonly string[];
  /** Where requests are handed on to. */
  leadTo(service: string): void;
  /** From now on what matches (`POST /callbacks/cardstream`) ends with its connection. Nothing by default. */
  lose(what: RegExp | undefined): void;
}

export const CALLBACKS = /^POST \/callbacks\//;

/** Opens one; it is closed when the test ends. */
export async function openFront(t: Test): Promise<Front> {
  const state: { service: string; lost: RegExp | undefined } = { service: "", lost: undefined };
  const lostRequests: string[] = [];
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url}`;
    if (state.lost?.test(asked) === true) {
      lostRequests.push(asked);
      request.socket.destroy();
      return;
    }
    const { method, headers } = request;
    const onward = send(new URL(request.url ?? "", state.service), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy()); // The service is gone; whoever asked sees a lost connection.
    request.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lostRequests,
    leadTo: (service) => (state.service = service),
    lose: (what) => (state.lost = what),
  };
}
