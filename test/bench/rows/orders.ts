import { create, toBinary } from "@bufbuild/protobuf";

import { CreateCheckoutSessionRequestSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import { httpRequest } from "../load/http-connection.js";

const PRICE = 2999;
const NAME = "Pro Plan — Monthly";
const SUCCESS = "https://yourapp.com/checkout/success";
const CANCEL = "https://yourapp.com/checkout/cancel";

/** A request to create a session of so many items, as JSON over HTTP. */
export function createRequest(headers: Readonly<Record<string, string>> = {}, items = 1): Buffer {
  const item = {
    price_data: { currency: "gbp", unit_amount: PRICE, product_data: { name: NAME } },
    quantity: 1,
  };
  const body = JSON.stringify({
    line_items: Array.from({ length: items }, () => item),
    success_url: SUCCESS,
    cancel_url: CANCEL,
  });
  return httpRequest("POST", PATH, { "content-type": "application/json", ...headers }, body);
}

/** A request to read a session. */
export function getRequest(id: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  return httpRequest("GET", `${PATH}/${id}`, headers);
}

const PATH = "/v1/checkout/sessions";

/** The method of gRPC that creates a session. */
export const CREATE_METHOD = "/calmonypay.v1.CheckoutService/CreateCheckoutSession";

/** The same order as a message of gRPC with its prefix. */
export function createMessage(): Buffer {
  const request = create(CreateCheckoutSessionRequestSchema, {
    lineItems: [
      { priceData: { currency: "gbp", unitAmount: 2999n, productData: { name: NAME } }, quantity: 1n },
    ],
    successUrl: SUCCESS,
    cancelUrl: CANCEL,
  });
  const bytes = toBinary(CreateCheckoutSessionRequestSchema, request);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** What the answer to either request holds, where the session has so many items. */
export function sessionTexts(items: number): readonly string[] {
  return ['"object":"checkout.session"', `"amount_total":${PRICE * items},`];
}

/** What is true for the answer to either request. */
export function isSessionOf(items: number): (answer: Answer) => boolean {
  const texts = sessionTexts(items);
  return ({ status, body }) => status === 200 && texts.every((text) => body.includes(text));
}

/** True for the answer to either request of one item. */
export const isSession = isSessionOf(1);

interface Answer {
  readonly status: number;
  readonly body: string;
}
