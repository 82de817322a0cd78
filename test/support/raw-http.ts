import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** One answer of HTTP/1.1 as it came, however wrong its request was. */
export interface RawAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Sends these bytes to a port of this machine, and reads one answer. `ca`: over TLS, with that certificate. */
export async function rawAnswer(port: number, request: string, ca?: Buffer): Promise<RawAnswer> {
  const socket = await open(port, ca);
  socket.on("error", () => {}); // What had come until then is what there is.
  socket.write(request, "latin1");
  let text = "";
  try {
    for await (const chunk of socket) {
      text += (chunk as Buffer).toString("latin1");
      if (isWhole(text)) break;
    }
  } catch {
    // Broken off.
  }
  socket.destroy();
  return parsed(text);
}

async function open(port: number, ca: Buffer | undefined): Promise<Socket> {
  if (ca === undefined) return connect(port, "127.0.0.1");
  const socket = connectTls({ port, host: "localhost", ca, ALPNProtocols: ["http/1.1"] });
  await once(socket, "secureConnect");
  return socket;
}

function isWhole(text: string): boolean {
  const { headers, body, status } = parsed(text);
  if (!text.includes("\r\n\r\n")) return false;
  return status === 204 || body.length >= Number(headers["content-length"] ?? Infinity);
}

function parsed(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [line = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  });
  return {
    status: Number(line.split(" ")[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: rest.join("\r\n\r\n"),
  };
}
