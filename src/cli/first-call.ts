import { shellWord } from "../web/demo/curl-command.js";

/** What a newcomer pastes into a shell first: it creates a session at this service. */
export function firstCall(url: string, testKey: string): string {
  const order = {
    line_items: [
      {
        price_data: { currency: "gbp", unit_amount: 2999, product_data: { name: "Pro Plan — Monthly" } },
        quantity: 1,
      },
    ],
    success_url: "https://example.com/success",
    cancel_url: "https://example.com/cancel",
  };
  const headers = `-H "Authorization: Bearer ${testKey}" -H "Content-Type: application/json"`;
  return `curl -X POST ${shellWord(`${url}/v1/checkout/sessions`)} ${headers} -d '${JSON.stringify(order)}'`;
}
