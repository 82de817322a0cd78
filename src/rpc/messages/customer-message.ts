import { create } from "@bufbuild/protobuf";

import { type Customer as CustomerMessage, CustomerSchema } from "../../../gen/calmonypay/v1/customer_pb.js";
import type { Customer } from "../../domain/customer.js";
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
    deleted: deletedAt !== null,
  });
  if (email !== null) message.email = email;
  if (name !== null) message.name = name;
  return message;
}
