import { Agent, type IncomingMessage, request, type RequestOptions } from "node:http";

/** What came of a request. Status 0: no answer came. */
export interface WebAnswer {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
}

/** Longer than a lock that is held too long, and the service's retries after it. */
const ANSWER_WITHIN_MS = 25_000;

/** Connections are kept, as browsers and load balancers do. */
const agent = new Agent({ keepAlive: true });

/**
 * Posts a form as a browser or the gateway does, or gets a page where there is none. Follows no redirect,
 * never throws.
 */
export async function webCall(url: string, form?: string): Promise<WebAnswer> {
  return await send(url, form, FORM);
}

/** A call of the merchants' API. */
export async function apiCall(
  url: string,
  key: string,
  body?: unknown,
  idempotencyKey?: string,
): Promise<WebAnswer> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
  };
  return await send(url, body === undefined ? undefined : JSON.stringify(body), headers);
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** Not by fetch, which takes most of this process' time: tens of thousands of requests go out. */
function send(url: string, body: string | undefined, headers: Record<string, string>): Promise<WebAnswer> {
  const options: RequestOptions = { agent, timeout: ANSWER_WITHIN_MS };
  if (body === undefined) options.headers = headers;
  else {
    options.method = "POST";
    options.headers = { ...headers, "content-length": Buffer.byteLength(body) };
  }
  return new Promise((resolve) => {
    // Refused, cut off or too slow: callers of a service that dies see no difference.
    const fail = (): void => resolve(NO_ANSWER);
    const call = request(url, options, (response) => {
      response.once("error", fail);
      read(response, resolve);
    });
    call.once("error", fail);
    call.once("timeout", () => call.destroy());
    call.end(body);
  });
}

function read(response: IncomingMessage, answer: (answer: WebAnswer) => void): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.once("end", () =>
    answer({
      status: response.statusCode ?? 0,
      text: Buffer.concat(chunks).toString("utf8"),
      location: response.headers.location,
    }),
  );
}

const NO_ANSWER: WebAnswer = { status: 0, text: "", location: undefined };
