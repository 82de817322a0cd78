import type { CheckoutContext } from "../../checkout/context.js";
import { createDemonstration } from "../../checkout/merchants/create-demonstration.js";
import type { Config } from "../config.js";

/**
 * Finds the demonstration merchant, or creates it with the objects that the examples of the API's document name: if
 * there is no merchant at all, or with `beside` beside others. Returns its id; undefined if there is none.
 *
 * With a sandbox gateway in another process, or none, it has no objects: nothing could be done with them.
 */
export async function demonstrationMerchant(
  config: Pick<Config, "sandbox" | "sandboxUrl">,
  checkout: CheckoutContext,
  { beside = false } = {},
): Promise<string | undefined> {
  const hasSandbox = config.sandbox && config.sandboxUrl === undefined;
  const { writeDemonstrationObjects } = await import("./demonstration-objects.js");
  return await createDemonstration(
    checkout,
    async (tx, account) => {
      if (hasSandbox && !account.livemode) await writeDemonstrationObjects(checkout, tx, account);
    },
    beside,
  );
}
