import { buffer } from "node:stream/consumers";
import { once } from "node:events";
import type { ClientHttp2Session, IncomingHttpHeaders } from "node:http2";
import { Buffer } from "node:buffer";
import type { RawRequest, RawResponse } from "./raw-http.js";

/** Sends one request over HTTP/2, its path as it is. */
export async function sendHttp2(session: ClientHttp2Session, request: RawRequest): Promise<RawResponse> {
  const body = Buffer.from(request.body ?? "");
  const names = { ":method": request.method, ":path": request.path };
  const stream = session.request({ ...request.headers, ...names }, { endStream: body.length === 0 });
  if (body.length > 0) stream.end(body);
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders & { ":status": number }];
  const text = (await buffer(stream)).toString();
  return { status: headers[":status"], headers: headers as Record<string, string>, body: text };
}
