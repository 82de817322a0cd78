/** Frames of HTTP/2 as bytes, for clients that send what no library sends (RFC 9113, 4.1). */

/** What a client sends first, with settings that leave its peer no window: no answer gets through. */
export function prefaceWithWindow(bytes: number): Buffer {
  const entry = Buffer.alloc(6);
  entry.writeUInt16BE(INITIAL_WINDOW_SIZE, 0);
  entry.writeUInt32BE(bytes, 2);
  return Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(SETTINGS, 0, 0, entry)]);
}

/** A stream begins, whose request goes on with a body unless `isWhole`. */
export function headers(
  stream: number,
  method: string,
  path: string,
  isWhole: boolean,
  more: Readonly<Record<string, string>> = {},
): Buffer {
  const fields = [
    [":method", method],
    [":scheme", "http"],
    [":path", path],
    [":authority", "localhost"],
    ...Object.entries(more),
  ];
  return frame(HEADERS, END_HEADERS | (isWhole ? END_STREAM : 0), stream, Buffer.concat(fields.map(literal)));
}

/** A part of a request's body, its end where `isLast`. */
export function data(stream: number, body: string | Uint8Array, isLast = false): Buffer {
  return frame(DATA, isLast ? END_STREAM : 0, stream, Buffer.from(body));
}

/** Its client gives the stream up: CANCEL, unless it says another error. */
export function reset(stream: number, error = 8): Buffer {
  return frame(RST_STREAM, 0, stream, Buffer.from([0, 0, 0, error]));
}

/** A PING of one byte: a connection error. */
export const MALFORMED = frame(6, 0, 0, Buffer.alloc(1));

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HPACK's literal without indexing, of texts shorter than 127 bytes. */
function literal([name = "", value = ""]: readonly string[]): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  return Buffer.concat([
    Buffer.from([0, nameBytes.length]),
    nameBytes,
    Buffer.from([valueBytes.length]),
    valueBytes,
  ]);
}

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const END_STREAM = 1;
const END_HEADERS = 4;
const INITIAL_WINDOW_SIZE = 4;
