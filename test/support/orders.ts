/** The request of the spec's example, without its customer. */
export function anOrder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    line_items: [aLineItem()],
    success_url: "https://yourapp.com/checkout/success",
    cancel_url: "https://yourapp.com/checkout/cancel",
    ...changes,
  };
}

/** The line item of the spec's example. */
export function aLineItem(
  price: Record<string, unknown> = {},
  quantity: unknown = 1,
): Record<string, unknown> {
  return {
    price_data: {
      currency: "gbp",
      unit_amount: 2999,
      product_data: { name: "Pro Plan — Monthly" },
      ...price,
    },
    quantity,
  };
}
