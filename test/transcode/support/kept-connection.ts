import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { bytesOf, type RawRequest } from "./raw-http.js";

/** One connection for many requests, one after the other; a new one where the server closes it. */
export class KeptConnection {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** The status that comes back; the body is read and dropped. */
  async status(request: RawRequest): Promise<number> {
    const socket = (this.#socket ??= await this.#open());
    socket.write(bytesOf({ ...request, headers: { ...request.headers, connection: "keep-alive" } }));
    let answer = Buffer.alloc(0);
    const receive = (chunk: Buffer): void => void (answer = Buffer.concat([answer, chunk]));
    socket.on("data", receive);
    while (!isWhole(answer, request.method) && !socket.destroyed)
      await Promise.race([once(socket, "data"), once(socket, "close")]);
    socket.off("data", receive);
    return Number(answer.subarray(9, 12).toString());
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #open(): Promise<Socket> {
    const socket = connect(this.#port, "127.0.0.1").setMaxListeners(0);
    socket.on("error", () => {}); // A reset shows as an answer that is not whole.
    socket.once("close", () => (this.#socket = undefined));
    await once(socket, "connect");
    return socket;
  }
}

function isWhole(answer: Buffer, method: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const head = answer.subarray(0, end).toString("latin1").toLowerCase();
  if (head.includes("connection: close")) return false; // Whole when it is closed, and not to be written to before.
  if (method === "HEAD" || / 204 /.test(head)) return true;
  if (head.includes("transfer-encoding: chunked")) return answer.subarray(-5).toString() === "0\r\n\r\n";
  return answer.length >= end + 4 + Number(/content-length: (\d+)/.exec(head)?.[1] ?? Infinity);
}
