import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from "node:http2";

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
  return {
    call: async (headers, body) =>
      await new Promise((resolve, reject) => {
        const stream = open().request(headers);
        let status = 0;
        stream.on("response", ({ ":status": code = 0 }) => (status = code));
        stream.on("error", reject);
        stream.on("end", () => resolve(status));
        stream.resume();
        stream.end(body);
      }),
    close: () => session?.destroy(),
  };
}
