import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An answer over HTTP/1.1. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Its length on the wire, head and all. */
  readonly bytes: number;
}

/**
 * One kept connection that sends bytes made beforehand, one request at a time. It costs a few microseconds a
 * call, so that what is measured on a machine of two cores is the server; clients for general use cost more
 * than the servers do.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #received = "";
  #waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | undefined;

  private constructor(port: number) {
    const buffer = Buffer.allocUnsafe(READ_BYTES_MAX);
    // Read into one buffer again and again: a stream would cost as much as the rest.
    const callback = (size: number): boolean => {
      // A character for a byte: lengths are in bytes.
      this.#receive(buffer.toString("latin1", 0, size));
      return true;
    };
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } });
    this.#socket.on("error", (error) => this.#waiting?.reject(error));
    this.#socket.on("close", () => this.#waiting?.reject(new Error("The server closed the connection.")));
  }

  static async open(port: number): Promise<HttpConnection> {
    const connection = new HttpConnection(port);
    await once(connection.#socket, "connect");
    return connection;
  }

  send(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received = this.#received === "" ? text : this.#received + text;
    const head = this.#received.indexOf("\r\n\r\n");
    if (head === -1) return;
    const end = head + 4 + lengthIn(this.#received, head);
    if (this.#received.length < end) return;
    const status = Number(this.#received.slice(9, 12));
    const answer = { status, body: this.#received.slice(head + 4, end), bytes: end };
    this.#received = this.#received.slice(end);
    this.#waiting?.resolve(answer);
  }
}

const READ_BYTES_MAX = 64 * 1024;

const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

function lengthIn(text: string, head: number): number {
  const match = CONTENT_LENGTH.exec(text.slice(0, head));
  if (match?.[1] === undefined) throw new Error("An answer without content-length.");
  return Number(match[1]);
}

/** The bytes of a request. */
export function httpRequest(
  method: "GET" | "POST",
  path: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): Buffer {
  const bytes = Buffer.from(body);
  const all = {
    host: "localhost",
    ...(bytes.length > 0 ? { "content-length": bytes.length } : {}),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`), bytes]);
}
