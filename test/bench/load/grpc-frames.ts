// Frames of HTTP/2 (RFC 9113) as far as a unary call of gRPC needs them.

/** The types of frame that a client of gRPC has to know. */
export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
} as const;

/** The flags that it has to know. ACK and END_STREAM share a bit; which of them it is, the type says. */
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** Length, type, flags and stream stand before each frame's payload. */
export const FRAME_HEAD = 9;

/** A frame with its payload. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD + payload.byteLength);
  bytes.writeUIntBE(payload.byteLength, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, FRAME_HEAD);
  return bytes;
}

/**
 * What a client says first. It allows no table of headers, so that equal trailers are equal bytes; and it
 * lets the server send as much as it likes.
 */
export function greeting(): Buffer {
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(HEADER_TABLE_SIZE, 0);
  settings.writeUInt16BE(INITIAL_WINDOW_SIZE, 6);
  settings.writeUInt32BE(WINDOW_MAX, 8);
  return Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    frame(FRAME.settings, 0, 0, settings),
    windowUpdate(WINDOW_MAX - 65_535),
  ]);
}

const HEADER_TABLE_SIZE = 1;
const INITIAL_WINDOW_SIZE = 4;
const WINDOW_MAX = 2 ** 31 - 1;

/** Lets the server send that many bytes more on the connection. */
export function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(FRAME.windowUpdate, 0, 0, payload);
}

/** The headers of a call in HPACK (RFC 7541), everything spelt out. */
export function callHeaders(path: string): Buffer {
  return Buffer.concat([
    Buffer.of(0x83, 0x86), // :method POST, :scheme http
    Buffer.of(0x04),
    text(path),
    Buffer.of(0x01),
    text("localhost"), // :authority
    Buffer.of(0x0f, 0x10),
    text("application/grpc"), // content-type
    Buffer.of(0x00),
    text("te"),
    text("trailers"),
  ]);
}

function text(value: string): Buffer {
  if (value.length > 126) throw new RangeError("Too long for a length of one byte.");
  return Buffer.concat([Buffer.of(value.length), Buffer.from(value, "latin1")]);
}
