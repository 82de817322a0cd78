import { setTimeout as sleep } from "node:timers/promises";

/**
 * The result of a call to the gateway. Without a whole response the outcome of the call is unknown: that is
 * never "failed".
 */
export type CallAnswer = { readonly kind: "answered"; readonly body: Buffer } | NoAnswer;

/** No usable response. The gateway may have carried out the request all the same. */
export interface NoAnswer {
  readonly kind: "no answer";
  /** For the log: `unreachable`, `timeout`, `too large`, `status 503`. */
  readonly why: string;
}

/** One call over HTTP. */
export interface GatewayCall {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A result has some 100 fields and 6 KB; a list of transactions holds one session's attempts. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * Calls the gateway once. Connections are kept and reused.
 *
 * Only a whole response with status 200 counts: the gateway sends a decline with 200 too (guide A-21).
 * Redirects are not followed, since a signed request is meant for one address.
 */
export async function callGateway(call: GatewayCall, timeoutMs: number): Promise<CallAnswer> {
  const { url, ...request } = call;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...request, redirect: "manual", signal });
    if (response.status === 200) return await readAnswer(response);
    await response.body?.cancel();
    return noAnswer(`status ${response.status}`);
  } catch (error) {
    // On any error the response is lost, and the caller has to query.
    return noAnswer(error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable");
  }
}

/**
 * Calls again after each pause until there is a response. Only for calls that read: others might be carried
 * out twice.
 */
export async function callUntilAnswered(
  call: GatewayCall,
  timeoutMs: number,
  pausesMs: readonly number[],
): Promise<CallAnswer> {
  let answer = await callGateway(call, timeoutMs);
  for (const pauseMs of pausesMs) {
    if (answer.kind === "answered") break;
    await sleep(pauseMs);
    answer = await callGateway(call, timeoutMs);
  }
  return answer;
}

/** A path below the gateway's base URL. */
export function gatewayPath(gatewayUrl: string, path: string): string {
  return `${gatewayUrl.replace(/\/+$/, "")}${path}`;
}

async function readAnswer(response: Response): Promise<CallAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) return noAnswer("too large"); // Leaving the loop closes the connection.
    chunks.push(chunk);
  }
  return { kind: "answered", body: Buffer.concat(chunks, size) };
}

function noAnswer(why: string): NoAnswer {
  return { kind: "no answer", why };
}
