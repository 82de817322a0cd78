import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { History } from "../history.js";
import { countedAs, receiverFaults } from "./receiver-faults.js";
import { type SigningTime, wrongSignature } from "./verify-signatures.js";
import type { Reception } from "./webhook-snapshots.js";

/** What a receiver is made of. */
export interface ReceiverParts {
  readonly history: History;
  readonly seed: number;
  /** Its number in the simulation. */
  readonly number: number;
  /** In how many of a hundred requests it fails. */
  readonly failing: number;
  /** When a request that arrives now may have been signed. */
  readonly signingTime: () => SigningTime;
}

/** The endpoint whose events a receiver gets. */
export interface ReceivedEndpoint {
  readonly id: string;
  readonly secret: string;
}

/**
 * A merchant's program that receives events. It keeps an event before it answers 200; but by the seed it fails, is
 * late, or dies and is started again. What it keeps outlives it.
 */
export class Receiver {
  readonly #history: History;
  readonly #nextFault: ReturnType<typeof receiverFaults>;
  readonly #signingTime: () => SigningTime;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #endpoint: ReceivedEndpoint | undefined;
  /** The secret that takes the other's place, and from when on requests must be signed with it, in milliseconds. */
  #rolled: { readonly secret: string; readonly from: number } | undefined;
  #port = 0;
  #isHealthy = false;
  #isClosed = false;

  constructor({ history, seed, number, failing, signingTime }: ReceiverParts) {
    this.#history = history;
    this.#nextFault = receiverFaults(seed, number, failing);
    this.#signingTime = signingTime;
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch((error: unknown) => {
        const text = `an event could not be read: ${error instanceof Error ? error.message : String(error)}`;
        history.faultyAnswers.push({ session: undefined, text });
      });
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket.on("close", () => this.#sockets.delete(socket)).on("error", () => undefined));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/events`;
  }

  /** Listens where it listened before. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** From now on it receives the events of this endpoint. */
  receive(endpoint: ReceivedEndpoint): void {
    this.#endpoint = endpoint;
  }

  /** The endpoint has another secret since `now`, by the service's clock: soon it verifies with that alone. */
  roll(secret: string, now: number): void {
    this.#rolled = { secret, from: now + ROLLED_WITHIN_MS };
  }

  /** From now on it keeps each event and answers 200. */
  recover(): void {
    this.#isHealthy = true;
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The replica that sent it is dead: it was not received.
    }
    const body = Buffer.concat(chunks);
    await this.#answer(request, body, response);
  }

  async #answer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const fault = this.#isHealthy ? "none" : this.#nextFault();
    if (fault !== "none") this.#history.count(countedAs(fault));
    const note = this.#noteOf(request, body);
    switch (fault) {
      case "does not answer":
        return note(0, false); // The service ends it.
      case "closes without an answer":
        note(0, false);
        return void request.socket.destroy();
      case "dies before its answer":
        note(0, false);
        return await this.#die();
      case "answers 500":
        note(500, false);
        return void response.writeHead(500).end("out of order");
      case "dies behind its answer, before it keeps the event":
        note(200, false);
        response.end("thank you");
        await Promise.race([once(response, "finish"), once(response, "close")]);
        return await this.#die();
      case "answers twice":
        response.once("finish", () => request.socket.write(ANSWER));
        break;
      case "answers late":
        await sleep(LATE_MS);
        break;
      case "none":
    }
    // Noted as answered also if the line has just been cut: the service may have got it.
    note(200, true);
    response.end("thank you");
  }

  #noteOf(request: IncomingMessage, body: Buffer): (status: number, kept: boolean) => void {
    const { id: endpoint, secret } = this.#endpoint ?? { id: "", secret: "" };
    const isRolled = Number(request.headers["webhook-timestamp"]) * 1000 >= (this.#rolled?.from ?? Infinity);
    const known = isRolled ? [] : [secret];
    if (this.#rolled !== undefined) known.unshift(this.#rolled.secret);
    const says = readEvent(body);
    const seen = {
      endpoint,
      event: String(request.headers["webhook-id"]),
      says,
      bytes: createHash("sha256").update(body).digest("base64"),
      forged: wrongWithAll(known, (one) => wrongSignature(request.headers, body, one, this.#signingTime())),
    };
    return (status, kept) => {
      this.#history.receptions.push({ ...seen, status, kept });
      const session = says.object.startsWith("cs_") ? says.object : undefined;
      if (session === undefined) return;
      const did = `${status === 0 ? "no answer" : status}${kept ? "" : ", not kept"}`;
      this.#history.note(session, `${says.type} (${says.id}) came to ${endpoint}: ${did}`);
    };
  }

  async #die(): Promise<void> {
    this.#stop();
    await sleep(DEAD_MS);
    if (!this.#isClosed && !this.#server.listening) await this.start();
  }

  #stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** One to nothing, which must not be taken for that to the next request. */
const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/** Well below the service's time limit. */
const LATE_MS = 250;

/** Longer than the service keeps a delivery that it has read with the endpoint's former secret. */
const ROLLED_WITHIN_MS = 20_000;

/** What is wrong with each of the secrets: nothing, if one of them is right. */
function wrongWithAll(
  secrets: readonly string[],
  wrongWith: (secret: string) => string | undefined,
): string | undefined {
  const wrong = secrets.map(wrongWith);
  return wrong.includes(undefined) ? undefined : wrong[0];
}

/** How long a process that died takes to be up again. */
const DEAD_MS = 400;

function readEvent(body: Buffer): Reception["says"] {
  const event = JSON.parse(body.toString("utf8")) as {
    readonly id: string;
    readonly type: string;
    readonly livemode: boolean;
    readonly sequence: number;
    readonly data: { readonly object: { readonly id: string } };
  };
  const { id, type, livemode, sequence, data } = event;
  return { id, type, livemode, sequence, object: data.object.id };
}
