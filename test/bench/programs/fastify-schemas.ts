// What the proto files say of these messages, in JSON Schema.

const text = (maxLength: number) => ({ type: "string", maxLength });
const required = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });
const whole = (minimum: number, maximum: number) => ({ type: "integer", minimum, maximum });
const closed = (properties: Record<string, object>, names: readonly string[]) => ({
  type: "object",
  additionalProperties: false,
  required: names,
  properties,
});

const url = {
  ...required(5000),
  pattern: String.raw`^[hH][tT][tT][pP][sS]?://[^/?#@\\\p{Z}\p{Cc}]+([/?#][^\p{Z}\p{Cc}]*)?$`,
};

const priceData = closed(
  {
    currency: { ...required(3), pattern: "^[A-Za-z]{3}$" },
    unit_amount: whole(0, 99_999_999),
    product_data: closed({ name: { ...required(250), pattern: String.raw`^\P{Cc}*$` } }, ["name"]),
  },
  ["currency", "unit_amount", "product_data"],
);

const lineItem = closed({ price_data: priceData, quantity: whole(1, 999_999) }, ["price_data", "quantity"]);

/** The body of a request to create. */
export const orderSchema = closed(
  {
    line_items: { type: "array", minItems: 1, maxItems: 100, items: lineItem },
    success_url: url,
    cancel_url: url,
    customer: text(64),
    client_reference_id: text(200),
    metadata: {
      type: "object",
      maxProperties: 50,
      propertyNames: { minLength: 1, maxLength: 40, pattern: String.raw`^[^\[\]]*$` },
      additionalProperties: text(500),
    },
    expires_at: { type: "integer" },
  },
  ["line_items", "success_url", "cancel_url"],
);

const optional = { type: "string", nullable: true };

/** The answer, which fastify compiles to a function that writes it. */
export const sessionSchema = {
  type: "object",
  properties: {
    id: { type: "string" },
    object: { type: "string" },
    status: { type: "string" },
    url: { type: "string" },
    success_url: { type: "string" },
    cancel_url: { type: "string" },
    customer: optional,
    payment_intent: optional,
    payment_method: optional,
    created: { type: "integer" },
    livemode: { type: "boolean" },
    currency: { type: "string" },
    amount_total: { type: "integer" },
    expires_at: { type: "integer" },
    client_reference_id: optional,
    metadata: { type: "object", additionalProperties: { type: "string" } },
    payment_status: { type: "string" },
    customer_creation: optional,
    line_items: { type: "object", nullable: true },
    mode: { type: "string" },
    amount_subtotal: { type: "integer" },
    total_details: {
      type: "object",
      properties: {
        amount_discount: { type: "integer" },
        amount_shipping: { type: "integer" },
        amount_tax: { type: "integer" },
      },
    },
    customer_email: optional,
    customer_details: { type: "object", nullable: true },
    payment_method_types: { type: "array", items: { type: "string" } },
    payment_method_options: {
      type: "object",
      properties: { card: { type: "object", properties: { request_three_d_secure: { type: "string" } } } },
    },
    ui_mode: { type: "string" },
    locale: optional,
    submit_type: optional,
    setup_intent: optional,
    amount_received: { type: "integer" },
    last_payment_error: { type: "object", nullable: true },
    saved_payment_method_options: { type: "object", nullable: true },
  },
};

/** What a session's path has. */
export const pathSchema = closed({ id: required(64) }, ["id"]);
