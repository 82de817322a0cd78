import { fieldText, MalformedMessage, parseFields } from "../../cardstream/fields.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { payUrl } from "../../checkout/public-urls.js";
import { storedDestination } from "../../checkout/sessions/return-destination.js";
import { type ChosenCard, chargeSavedCard } from "../../checkout/shopper/charge-saved-card.js";
import { inTime } from "../../db/answer-in-time.js";
import { Refusal } from "../../domain/refusal.js";
import { type HttpRequest, type HttpResponse, readBody } from "../../lib/http.js";
import { gatewayAwayPage, noSuchCardPage } from "../answers/saved-card-pages.js";
import { sendPage } from "../answers/shopper-pages.js";
import { knownAddressOf, shopperAddressOf } from "../connections/client-address.js";
import { workInTurn } from "../connections/large-body.js";
import { findOrder } from "./known-orders.js";
import { formLimitsOf, refuseForNow, send } from "./pay-page.js";
import { browserOf } from "./payment-page.js";
import { leadOn } from "./return-page.js";

/** Two short fields. */
const CHOICE_BYTES_MAX = 4 * 1024;

/**
 * `POST /pay/{id}/card`: the shopper pays with a saved card. From here on money may move. Leads on to where the session
 * stands then; or is answered by the session's page, where no card may be charged.
 */
export async function payWithSavedCard(
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const [limits, address] = [formLimitsOf(checkout), knownAddressOf(request)];
  const posted = await readBody(request, CHOICE_BYTES_MAX);
  const url = payUrl(checkout, sessionId);
  if (!limits.mayGive(sessionId, address)) return await refuseForNow(checkout, response, sessionId);
  const browser = { headers: browserOf(request), address: shopperAddressOf(request) };
  const work = () => charge(checkout, sessionId, { ...chosenIn(posted), ...browser });
  const page = await inTime(workInTurn(response, posted, work));
  if (page.kind === "charged") {
    limits.given(sessionId, address, true);
    return leadOn(checkout, response, sessionId, await inTime(storedDestination(checkout, sessionId)));
  }
  limits.wasted(address);
  if (page.kind === "no such card") {
    return sendPage(response, noSuchCardPage(url, await findOrder(checkout, sessionId)));
  }
  if (page.kind === "gateway away") {
    return sendPage(response, gatewayAwayPage(url, await findOrder(checkout, sessionId)));
  }
  send(checkout, response, sessionId, page, "waits");
}

async function charge(checkout: CheckoutContext, sessionId: string, chosen: ChosenCard) {
  try {
    return await chargeSavedCard(checkout, sessionId, chosen);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== "GATEWAY_AWAY") throw error;
    return { kind: "gateway away" } as const;
  }
}

/** Nothing that could be charged, where the browser has posted something else. */
function chosenIn(posted: Buffer): Pick<ChosenCard, "paymentMethodId" | "attempt"> {
  try {
    const fields = parseFields(posted);
    return {
      paymentMethodId: fieldText(fields, "payment_method"),
      attempt: Number(fieldText(fields, "attempt")),
    };
  } catch (error) {
    if (error instanceof MalformedMessage) return { paymentMethodId: "", attempt: 0 };
    throw error;
  }
}
