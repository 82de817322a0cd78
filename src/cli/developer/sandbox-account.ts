import type { Command } from "commander";

import { hostedUrl } from "../../cardstream/hosted-form.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { findDemonstration } from "../../checkout/merchants/create-demonstration.js";
import { openGatewayAccount } from "../../checkout/merchants/gateway-account.js";
import { urlBelow } from "../../lib/base-url.js";
import { TEST_CARDS } from "../../sandbox/payments/test-cards.js";
import { jsonOption } from "../options.js";
import { type Fields, print } from "../output.js";
import { withCheckout } from "../registry.js";

/** `sandbox account`: what a client of the gateway's own needs to use the sandbox as a merchant's test account. */
export function addSandboxAccountCommand(sandbox: Command, env: NodeJS.ProcessEnv): void {
  sandbox
    .command("account")
    .description(
      "show what a client of the gateway needs to use the sandbox: addresses, merchantID and secret",
    )
    .option("--merchant <id>", "whose test account, mer_...; otherwise that of the demonstration merchant")
    .addOption(jsonOption())
    .action(async ({ merchant, json }: { merchant?: string; json: boolean }) => {
      await withCheckout(env, async (checkout, config) => {
        if (!config.sandbox) throw new Error("SANDBOX is off: there is no sandbox gateway.");
        print(await accountOf(checkout, merchant), json);
      });
    });
}

async function accountOf(checkout: CheckoutContext, wanted: string | undefined): Promise<Fields> {
  const merchantId = wanted ?? (await findDemonstration(checkout.db.manager));
  if (merchantId === undefined)
    throw new Error("There is no demonstration merchant: name one with --merchant.");
  const account = await openGatewayAccount(checkout, { merchantId, livemode: false });
  if (account === undefined) throw new Error(`There is no merchant ${merchantId}.`);
  const { sandboxUrl } = checkout.addresses;
  const [card] = TEST_CARDS;
  return {
    merchant: merchantId,
    gateway_url: urlBelow(sandboxUrl, "/"),
    hosted_url: hostedUrl(sandboxUrl),
    hosted_modal_url: urlBelow(sandboxUrl, "/hosted/modal/"),
    payment_form_url: urlBelow(sandboxUrl, "/paymentform/"),
    direct_url: urlBelow(sandboxUrl, "/direct/"),
    merchant_id: account.merchantID,
    merchant_secret: account.secret,
    country_code: account.countryCode,
    card_number: card?.number ?? null,
    card_cvv: card?.cvv ?? null,
  };
}
