import type { CheckoutContext } from "../../checkout/context.js";
import { type HttpResponse, sendText } from "../../lib/http.js";

/** `GET /healthz`: the process answers. Says nothing of the database: a restart would not mend that. */
export function liveness(response: HttpResponse): void {
  sendText(response, 200, "ok");
}

/**
 * `GET /readyz`: the service can do its work now. 503 while the database does not answer, and when the
 * service closes. Where it takes no live payments its text says so: another process would take none either.
 */
export async function readiness(checkout: CheckoutContext, response: HttpResponse): Promise<void> {
  const { callbackProblem } = checkout.addresses;
  const off = callbackProblem === undefined ? "" : `\nlive payments are off: ${callbackProblem}`;
  if (await checkout.readiness.now()) sendText(response, 200, `ready${off}`);
  else sendText(response, 503, "not ready");
}
