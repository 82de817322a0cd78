import { create } from "@bufbuild/protobuf";

import { AddressSchema } from "../../../gen/calmonypay/v1/billing_details_pb.js";
import type { AddressParams } from "../../../gen/calmonypay/v1/customer_service_pb.js";
import { type Customer as CustomerMessage, CustomerSchema } from "../../../gen/calmonypay/v1/customer_pb.js";
import type { BillingAddress } from "../../domain/gateway-result.js";
import type { Customer } from "../../domain/customer.js";
import { omitNulls } from "../../lib/omit-nulls.js";
import { toSeconds } from "../../lib/clock.js";

/** Converts a customer to its message. */
export function customerMessage(customer: Customer): CustomerMessage {
  const { id, email, name, metadata, createdAt, livemode, deletedAt } = customer;
  const message = create(CustomerSchema, {
    id,
    object: "customer",
    metadata: { ...metadata },
    created: BigInt(toSeconds(createdAt)),
    livemode,
    ...omitNulls({ phone: customer.phone ?? null, description: customer.description ?? null }),
  });
  if (deletedAt !== null) message.deleted = true;
  if (customer.address) message.address = create(AddressSchema, omitNulls(customer.address));
  if (email !== null) message.email = email;
  if (name !== null) message.name = name;
  return message;
}

/** The address of a request; undefined where none is given, or no part of it. */
export function addressOf(params: AddressParams | undefined): BillingAddress | undefined {
  if (params === undefined) return undefined;
  const { line1, line2, city, state, postalCode, country } = params;
  return {
    line1: line1 || null,
    line2: line2 || null,
    city: city || null,
    state: state || null,
    postalCode: postalCode || null,
    country: country || null,
  };
}
