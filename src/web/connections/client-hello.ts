import type { Socket } from "node:net";

/**
 * Calls `begin` once the first TLS record of a client, its ClientHello, has arrived, or what is clearly no TLS. It
 * stays in the socket, where Node's TLS reads it first.
 *
 * Until then a connection costs no more than one in clear text. A TLS socket takes 60 KB and half a millisecond, which
 * a flood of connections that never finish their ClientHello would have for each.
 */
export function whenHelloArrives(socket: Socket, begin: () => void): void {
  let received: Buffer = Buffer.alloc(0);
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (!isRecord(received)) return;
    socket.off("readable", read);
    socket.unshift(received);
    begin();
  };
  socket.on("readable", read);
  // A client may break off at any time; nothing has begun.
  socket.on("error", () => {});
}

/** RFC 8446, 5.1: a byte for the type, two for the version, two for the length of what follows, at most 16 KB. */
const HEADER_BYTES = 5;
const HANDSHAKE = 22;

/** Whether these bytes begin with a whole record of the handshake, or with something else. */
function isRecord(bytes: Buffer): boolean {
  if (bytes[0] !== HANDSHAKE) return true;
  return bytes.length >= HEADER_BYTES && bytes.length >= HEADER_BYTES + bytes.readUInt16BE(3);
}
