import t from "tap";

import { encodeFields, type Field, parseFields } from "../../src/cardstream/fields.js";
import { isSigned, signed } from "../../src/cardstream/signed-message.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { environmentOf, run, runJson } from "../support/command.js";
import { eachEngine } from "../support/database.js";

await eachEngine(t, "what another client of the gateway needs is shown, and works", async (t, engine) => {
  const config = testConfig(engine);
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const env = { ...environmentOf(config), PUBLIC_URL: app.local };
  const show = (...args: string[]) => run(env, ["sandbox", "account", ...args]);
  t.match(await show("--merchant", "mer_nobody"), { code: 1, stderr: /There is no merchant mer_nobody/ });
  t.match(await show(), { code: 1, stderr: /no demonstration merchant: name one with --merchant/ });
  const off = run({ ...env, SANDBOX: "off" }, ["sandbox", "account", "--merchant", merchant.id]);
  t.match(await off, { code: 1, stderr: /SANDBOX is off/ });

  const account = await runJson(env, ["sandbox", "account", "--merchant", merchant.id]);
  const gateway = `${app.local}/sandbox`;
  t.match(account, {
    merchant: merchant.id,
    gateway_url: `${gateway}/`,
    hosted_url: `${gateway}/hosted/`,
    hosted_modal_url: `${gateway}/hosted/modal/`,
    payment_form_url: `${gateway}/paymentform/`,
    direct_url: `${gateway}/direct/`,
    country_code: "GB",
    card_number: "4929421234600821",
    card_cvv: "356",
  });
  const { direct_url: url = "", merchant_id: merchantID = "", merchant_secret: secret = "" } = account;
  t.not(secret, merchant.live.secret, "nothing of the live account is shown");
  const sale: Field[] = [
    ["merchantID", merchantID],
    ["action", "SALE"],
    ["type", "1"],
    ["amount", "120.00"],
    ["currencyCode", "826"],
    ["countryCode", account["country_code"] ?? ""],
    ["cardNumber", account["card_number"] ?? ""],
    ["cardExpiryDate", "1229"],
    ["cardCVV", account["card_cvv"] ?? ""],
  ];
  const answer = await fetch(url, { method: "POST", body: encodeFields(signed(sale, secret)) });
  const result = parseFields(Buffer.from(await answer.arrayBuffer()));
  t.ok(isSigned(result, [secret]));
  t.match(Object.fromEntries(result), { responseCode: "0", amountReceived: "12000", cv2Check: "matched" });
  const shown = await show("--merchant", merchant.id);
  t.match(shown, { code: 0, stdout: new RegExp(`merchant_secret +${secret}\n`) });
});
