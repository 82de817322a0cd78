import { parseFields } from "../cardstream/fields.js";
import { applyGatewayResult } from "../checkout/apply-gateway-result.js";
import type { Checkout } from "../checkout/checkout.js";
import { returnDestination } from "../checkout/return-destination.js";
import { isDatabaseAway } from "../db/database-errors.js";
import { type HttpRequest, type HttpResponse, readBody, redirect } from "../lib/http.js";
import { MESSAGE_BYTES_MAX } from "./callback.js";
import { sendPage } from "./page.js";
import { checkingPage, refusedPage, tryAgainPage, unknownPage } from "./shopper-pages.js";

/** `POST /pay/{id}/return`: the browser brings the gateway's result, and is sent on. */
export async function returnPage(
  checkout: Checkout,
  request: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const body = await readBody(request, MESSAGE_BYTES_MAX);
  try {
    await applyAndSendOn(checkout, response, sessionId, body);
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    checkout.log.error(
      { err: error, session: sessionId },
      "a result brought by the browser could not be stored",
    );
    sendPage(
      response,
      tryAgainPage(`${checkout.addresses.publicUrl}/pay/${sessionId}/return`, parseFields(body)),
    );
  }
}

async function applyAndSendOn(
  checkout: Checkout,
  response: HttpResponse,
  sessionId: string,
  body: Buffer,
): Promise<void> {
  const applied = await applyGatewayResult(checkout, { body, via: "return", pathSessionId: sessionId });
  if (applied.kind === "refused") {
    return sendPage(response, refusedPage(`${checkout.addresses.publicUrl}/pay/${sessionId}`));
  }
  const destination = await returnDestination(checkout, sessionId, applied.judgement.outcome);
  if (destination === "checking") return sendPage(response, checkingPage());
  if (destination === "unknown") return sendPage(response, unknownPage());
  return redirect(response, destination.url);
}
