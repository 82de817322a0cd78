import type { CheckoutContext } from "../../checkout/context.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import type { HttpResponse } from "../../lib/http.js";
import { sendPage } from "../answers/page.js";
import { unavailablePage } from "./shopper-pages.js";

/** Awaits `answer`; where the database is away, sends a page that reloads `url` by itself. */
export async function orUnavailable(
  checkout: CheckoutContext,
  response: HttpResponse,
  url: string,
  answer: Promise<void>,
): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    checkout.log.error({ why: String(error) }, "a page could not be opened");
    sendPage(response, unavailablePage(url));
  }
}
