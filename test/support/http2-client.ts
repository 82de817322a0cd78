import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from "node:http2";

/** Calls over HTTP/2, as a client does that opens a new connection once the old one was told to take no more calls. */
export interface Http2Client {
  /** Answers with the status. Rejects where there is no connection, or the call broke off. */
  call(headers: OutgoingHttpHeaders, body: string): Promise<number>;
  close(): void;
}

export function http2Client(url: string): Http2Client {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(url);
      session.on("error", () => {}); // Every call on it tells of it.
    }
    return session;
  };
  const send = async (headers: OutgoingHttpHeaders, body: string): Promise<number | typeof NOT_SENT> => {
    const used = open();
    return await new Promise((resolve, reject) => {
      const stream = used.request(headers);
      let status = 0;
      stream.on("response", ({ ":status": code = 0 }) => (status = code));
      stream.on("error", (error) => (wasNotSent(used, stream) ? resolve(NOT_SENT) : reject(error)));
      stream.on("end", () => resolve(status));
      stream.resume();
      stream.end(body);
    });
  };
  return {
    async call(headers, body) {
      const status = await send(headers, body);
      if (status !== NOT_SENT) return status;
      const again = await send(headers, body);
      if (again === NOT_SENT) throw new Error("Two connections in a row were told to take no more calls.");
      return again;
    },
    close: () => session?.destroy(),
  };
}

const NOT_SENT = Symbol("not sent");

/**
 * Node's client sends a request at the end of the event loop's turn. If GOAWAY arrives in that turn, it does not send
 * the request, and refuses the stream itself: the server sees nothing of it.
 */
function wasNotSent(session: ClientHttp2Session, { rstCode }: ClientHttp2Stream): boolean {
  return session.closed && rstCode === constants.NGHTTP2_REFUSED_STREAM;
}
