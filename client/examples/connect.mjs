// node connect.mjs http://localhost:8080 sk_test_...
import { createClient } from "@calmony-pay/client";
import { connectTransport } from "@calmony-pay/client/connect";

const [baseUrl, apiKey] = process.argv.slice(2);
const calmony = createClient(connectTransport({ baseUrl, apiKey }));

const { checkoutSession } = await calmony.checkout.createCheckoutSession({
  lineItems: [
    {
      priceData: { currency: "gbp", unitAmount: 2999n, productData: { name: "Pro Plan" } },
      quantity: 1n,
    },
  ],
  successUrl: "https://example.com/success",
  cancelUrl: "https://example.com/cancel",
});
console.log(checkoutSession.id, checkoutSession.url);
