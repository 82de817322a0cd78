/** What came of a request. Status 0: no answer came. */
export interface WebAnswer {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
}

/** Longer than a lock that is held too long, and the service's retries after it. */
const ANSWER_WITHIN_MS = 25_000;

/** Posts a form as a browser or the gateway does, or gets a page where there is none. Follows no redirect, never throws. */
export async function webCall(url: string, form?: string): Promise<WebAnswer> {
  return await send(url, form === undefined ? {} : { method: "POST", body: form, headers: FORM });
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
  return await send(
    url,
    body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) },
  );
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };

async function send(url: string, init: RequestInit): Promise<WebAnswer> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const location = response.headers.get("location") ?? undefined;
    return { status: response.status, text: await response.text(), location };
  } catch {
    return NO_ANSWER; // Refused, cut off or too slow: callers of a service that dies see no difference.
  }
}

const NO_ANSWER: WebAnswer = { status: 0, text: "", location: undefined };
