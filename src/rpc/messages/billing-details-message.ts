import type { MessageInitShape } from "@bufbuild/protobuf";

import type { BillingDetailsSchema } from "../../../gen/calmonypay/v1/billing_details_pb.js";
import type { BillingDetails } from "../../domain/gateway-result.js";
import { omitNulls } from "../../lib/omit-nulls.js";

/** Billing details, as a part of another message. */
export function billingDetailsPart({
  address,
  ...texts
}: BillingDetails): MessageInitShape<typeof BillingDetailsSchema> {
  return { ...omitNulls(texts), ...(address === null ? {} : { address: omitNulls(address) }) };
}
