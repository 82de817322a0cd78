import type { CheckoutContext } from "../../checkout/context.js";
import { basePathOf } from "../../lib/base-url.js";
import { type HttpRequest, type HttpResponse, readBody, redirect } from "../../lib/http.js";
import { knownAddressOf } from "../connections/client-address.js";
import { sendBasket, sendNoOrder, sendNoShop, sendOrder } from "./demo-pages.js";
import { demoShopOf } from "./demo-shop.js";
import { WINDOW_MS } from "./order-limits.js";
import { parseUrl } from "../../lib/hosts/parse-url.js";

/** `GET /demo`: the basket. */
export async function basketPage(checkout: CheckoutContext, response: HttpResponse): Promise<void> {
  if (await demoShopOf(checkout).isOpen()) sendBasket(checkout, response);
  else sendNoShop(response);
}

/** A basket has three short numbers. */
const BASKET_BYTES_MAX = 1024;

/** `POST /demo/orders`: creates the session of a basket, and leads to the order's page. */
export async function placeOrder(
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const body = await readBody(request, BASKET_BYTES_MAX);
  if (isFromElsewhere(checkout, request))
    return sendBasket(checkout, response, 403, "Please fill the basket here.");
  const basket = new URLSearchParams(body.toString("latin1"));
  const placed = await demoShopOf(checkout).place(basket, knownAddressOf(request));
  if (placed === "closed") return sendNoShop(response);
  if (placed === "empty") return sendBasket(checkout, response, 400, "Please put something into the basket.");
  if (placed === "too many") {
    response.setHeader("retry-after", String(WINDOW_MS / 1000));
    return sendBasket(checkout, response, 429, TOO_MANY);
  }
  redirect(response, `${basePathOf(checkout.addresses.publicUrl)}/demo/orders/${placed.sessionId}`);
}

const TOO_MANY =
  "There were many orders just now. Please try again in ten minutes, or use the API with a key.";

/**
 * Another site's page must not use up what visitors of this one may order. Browsers say where a form comes from: the
 * older ones, and over plain HTTP all, by `Origin` only.
 */
function isFromElsewhere({ addresses }: CheckoutContext, { headers }: HttpRequest): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const { origin, host } = headers;
  if (origin === undefined) return false;
  const from = parseUrl(origin)?.host ?? "";
  return from !== host?.toLowerCase() && from !== new URL(addresses.publicUrl).host;
}

/** `GET /demo/orders/{id}`: how an order of the shop stands. */
export async function orderPage(
  checkout: CheckoutContext,
  _: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const shop = demoShopOf(checkout);
  const order = await shop.find(sessionId);
  if (order !== undefined) sendOrder(checkout, response, order);
  else if (await shop.isOpen()) sendNoOrder(checkout, response);
  else sendNoShop(response);
}
