import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import type { Test } from "tap";

/** What came in. */
export interface GatewayRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** The form's fields. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What goes out: an answer, nothing for ever, or the end of the connection. */
export type GatewayReply =
  | { readonly status?: number; readonly body: string | Buffer; readonly location?: string }
  | "silence"
  | "hang up";

type Script = (request: GatewayRequest) => GatewayReply | Promise<GatewayReply>;

/** A gateway over real sockets that answers what a test tells it to. */
export interface ScriptedGateway {
  readonly url: string;
  readonly requests: readonly GatewayRequest[];
  /** How many connections were opened so far. */
  readonly connections: () => number;
  /** What the requests from now on are answered with. */
  answer(reply: Script): void;
  /** Opens nothing more, and ends what is open. */
  close(): Promise<void>;
}

/** Starts one; it is closed when the test ends. */
export async function startGateway(t: Test): Promise<ScriptedGateway> {
  const requests: GatewayRequest[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  let script = hangUp;
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = await read(request);
    requests.push(received);
    const reply = await script(received);
    if (reply === "hang up") request.socket.destroy();
    if (typeof reply === "string") return;
    const { status = 200, body, location } = reply;
    response.writeHead(status, location === undefined ? {} : { location }).end(body);
  };
  server.on("connection", (socket) => {
    opened++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    sockets.forEach((socket) => socket.destroy());
    await closed;
  };
  t.teardown(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => opened,
    answer(reply) {
      script = reply;
    },
    close,
  };
}

const hangUp: Script = () => "hang up";

async function read(request: IncomingMessage): Promise<GatewayRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  return { method: request.method ?? "", url: request.url ?? "", headers: request.headers, fields };
}
