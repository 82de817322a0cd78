import { encodeFields, type Field } from "../../cardstream/fields.js";

/** The shopper waits meanwhile, so a merchant's server that does not answer is given up. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Posts a signed result from server to server and returns the outcome: an HTTP status such as `200`, or the
 * name of a failure such as `ECONNREFUSED` or `TimeoutError`. Never throws: the gateway guarantees no
 * delivery. Redirects are not followed.
 */
export async function postCallback(url: string, fields: readonly Field[]): Promise<string> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: encodeFields(fields),
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await answer.body?.cancel();
    return String(answer.status);
  } catch (error) {
    return failureName(error);
  }
}

/**
 * fetch hides the system's error in `cause`. Only names: a message could quote the address and its secrets.
 */
function failureName(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : error.name;
}
