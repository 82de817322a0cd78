import { createServer, request as send } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import type { Test } from "tap";

/** A proxy at the service's public URL, which can lose requests. */
export interface PublicProxy {
  readonly url: string;
  /** Method and path of each request that was lost so far. */
  readonly lostRequests: readonly string[];
  /** Forwards requests to this service from now on. */
  forwardTo(service: string): void;
  /** Drops the connection of each request whose method and path (`POST /callbacks/cardstream`) match. Default: none. */
  lose(what: RegExp | undefined): void;
}

export const CALLBACKS = /^POST \/callbacks\//;

/** Opens a proxy, which closes when the test ends. It serves below `basePath` alone, and strips it. */
export async function openPublicProxy(t: Test, basePath = ""): Promise<PublicProxy> {
  const state: { service: string; lost: RegExp | undefined } = { service: "", lost: undefined };
  const lostRequests: string[] = [];
  const server = createServer((request, response) => {
    const target = `${request.method} ${request.url}`;
    if (state.lost?.test(target) === true) {
      lostRequests.push(target);
      request.socket.destroy();
      return;
    }
    const { method, headers, url = "" } = request;
    if (!url.startsWith(`${basePath}/`)) {
      response.writeHead(404).end();
      return;
    }
    const onward = send(new URL(url.slice(basePath.length), state.service), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy()); // The service is gone: the client sees a lost connection.
    request.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`,
    lostRequests,
    forwardTo: (service) => (state.service = service),
    lose: (what) => (state.lost = what),
  };
}
