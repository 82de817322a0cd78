import type { CheckoutContext } from "../../checkout/context.js";
import { type HttpResponse, sendText } from "../../lib/http.js";

/** `GET /healthz`: 200 while the process runs. Independent of the database, which a restart would not repair. */
export function liveness(response: HttpResponse): void {
  sendText(response, 200, "ok");
}

/**
 * `GET /readyz`: 200 where the service can work; 503 while the database does not answer, and while the
 * service closes. A service that refuses live payments is ready, and says so in the text: other processes
 * would refuse them too.
 */
export async function readiness(checkout: CheckoutContext, response: HttpResponse): Promise<void> {
  const { callbackProblem } = checkout.addresses;
  const off = callbackProblem === undefined ? "" : `\nlive payments are off: ${callbackProblem}`;
  if (await checkout.readiness.now()) sendText(response, 200, `ready${off}`);
  else sendText(response, 503, "not ready");
}
