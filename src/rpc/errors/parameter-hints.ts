import { parameterName } from "../../transcode/form/parameter-name.js";

/**
 * What to do instead of a parameter of Stripe's that this API does not have, or of a value of one. Undefined where
 * there is nothing to say. `param` is its name, dotted or with brackets.
 */
export function parameterHint(param: string): string | undefined {
  const name = parameterName(param).replaceAll(/\[\d*\]/g, "[]");
  const [first = ""] = name.split("[", 1);
  return HINTS[name] ?? HINTS[first];
}

/** By the name with brackets, elements of lists without their number; or by its first part alone. */
const HINTS: Readonly<Record<string, string>> = Object.assign(Object.create(null) as object, {
  "line_items[][price]": "There is no list of prices: send price_data with the price itself.",
  "line_items[][price_data][product]": "There is no list of products: send product_data with the name.",
  "line_items[][price_data][recurring]":
    "There are no subscriptions: charge the stored card each time with POST /v1/payment_intents.",
  "line_items[][price_data][unit_amount_decimal]": "Send unit_amount, a whole number of minor units.",
  "line_items[][tax_rates]": "No taxes are calculated: send prices that include them.",
  "line_items[][dynamic_tax_rates]": "No taxes are calculated: send prices that include them.",
  "line_items[][adjustable_quantity]": "The shopper cannot change quantities: send the one to be paid.",
  "payment_intent_data[statement_descriptor_suffix]":
    "Send statement_descriptor, with all that it is to say.",
  "payment_method_types[]": "Only card payments are taken: leave it out, or send card.",
  ui_mode: "The payment page is always at the session's url: leave it out, or send hosted.",
  subscription_data:
    "There are no subscriptions: charge the stored card each time with POST /v1/payment_intents.",
  discounts: "There are no discounts: send line items with the reduced price.",
  shipping_options: "There is no shipping: send it as a line item.",
  shipping_address_collection: "Ask for the address before the checkout, and keep it in metadata.",
  shipping: "Keep the address in metadata.",
  after_expiration: "An expired session cannot be recovered: create another.",
  consent_collection: "Ask for consent before the checkout.",
  custom_fields: "Ask for it before the checkout, and keep it in metadata.",
  custom_text: "The gateway's page cannot be worded.",
  customer_update: "Change the customer with POST /v1/customers/{id}.",
  "saved_payment_method_options[payment_method_remove]":
    "Detach a card with POST /v1/payment_methods/{id}/detach.",
  tax_id_collection: "Ask for it before the checkout, and keep it in metadata.",
  return_url: "Send success_url.",
  receipt_email: "Send it when the payment is created.",
  statement_descriptor: "Send it when the payment is created.",
  statement_descriptor_suffix:
    "Send statement_descriptor when the payment is created, with all that it is to say.",
  transfer_data: "There are no connected accounts.",
  application_fee_amount: "There are no connected accounts.",
  on_behalf_of: "There are no connected accounts.",
  payment_method_data: "Card data never comes here: take the first payment by a checkout session.",
  mandate: "Stored cards need no mandate.",
  charge: "Send payment_intent.",
  source: "Card data never comes here: take the first payment by a checkout session.",
});
