import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import type { Test } from "tap";

import { until } from "./database.js";

/** What a receiver of events was sent. */
export interface ReceivedRequest {
  readonly at: number;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A program of a merchant that receives events. */
export interface Receiver {
  readonly url: string;
  readonly received: ReceivedRequest[];
  /** Connections that were ever opened. */
  readonly connections: () => number;
  /** The most connections that were open at once. */
  readonly mostOpen: () => number;
  /** How it answers from now on; 200 at first. */
  answer: (response: ServerResponse, request: ReceivedRequest) => void;
}

/** Waits for the request with this number, counted from 0. */
export async function receivedBy({ received }: Receiver, number: number): Promise<ReceivedRequest> {
  await until(`request ${number} arrives`, () => received.length > number);
  const [request] = received.slice(number);
  if (request === undefined) throw new Error("It was there.");
  return request;
}

/** Starts a receiver, which is stopped when the story ends. */
export async function startReceiver(t: Test): Promise<Receiver> {
  const received: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  let mostOpen = 0;
  const receiver = {
    url: "",
    received,
    connections: () => opened,
    mostOpen: () => mostOpen,
    answer: (response: ServerResponse): void => void response.end("thanks"),
  } as { -readonly [K in keyof Receiver]: Receiver[K] };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on("error", () => undefined);
    const one = await read(request).catch(() => undefined); // Broken off.
    if (one === undefined) return;
    received.push(one);
    receiver.answer(response, one);
  };
  const server = http.createServer((request, response) => void take(request, response));
  server.on("connection", (socket) => {
    opened++;
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => undefined));
    mostOpen = Math.max(mostOpen, sockets.size);
    mostOpen = Math.max(mostOpen, sockets.size);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

async function read(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = request.headers as Record<string, string>;
  return { at: Date.now(), path: request.url ?? "", headers, body: Buffer.concat(chunks).toString("utf8") };
}
