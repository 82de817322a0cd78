import { create, toBinary } from "@bufbuild/protobuf";

import { CreateCheckoutSessionRequestSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import { httpRequest } from "../load/http-connection.js";

const NAME = "Pro Plan — Monthly";
const SUCCESS = "https://yourapp.com/checkout/success";
const CANCEL = "https://yourapp.com/checkout/cancel";

/** A request to create a session, as JSON over HTTP. */
export function createRequest(headers: Readonly<Record<string, string>> = {}): Buffer {
  const body = JSON.stringify({
    line_items: [
      { price_data: { currency: "gbp", unit_amount: 2999, product_data: { name: NAME } }, quantity: 1 },
    ],
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

/** What the answer to either request holds. */
export const SESSION_TEXTS = ['"object":"checkout.session"', '"amount_total":2999,'] as const;

/** True for the answer to either request. */
export function isSession({ status, body }: { readonly status: number; readonly body: string }): boolean {
  return status === 200 && SESSION_TEXTS.every((text) => body.includes(text));
}
