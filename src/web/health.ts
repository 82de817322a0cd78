import type { Checkout } from "../checkout/checkout.js";
import { type HttpResponse, sendText } from "../lib/http.js";

/** `GET /healthz`: the process answers. Says nothing of the database: a restart would not mend that. */
export function liveness(response: HttpResponse): void {
  sendText(response, 200, "ok");
}

/** `GET /readyz`: the service can do its work now. 503 while the database does not answer. */
export async function readiness(checkout: Checkout, response: HttpResponse): Promise<void> {
  try {
    await checkout.db.manager.query("SELECT 1");
    sendText(response, 200, "ready");
  } catch (error) {
    checkout.log.warn({ err: error }, "not ready: the database does not answer");
    sendText(response, 503, "the database does not answer");
  }
}
