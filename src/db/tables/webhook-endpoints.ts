import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { Metadata } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { bytes, flag, id, index, json, optional, primary, text, time } from "../engine/columns.js";

/** Why nothing is sent to an endpoint: it answered 410, it failed for days, or the merchant disabled it. */
export type DisabledReason = "gone" | "failing" | "by_merchant";

/** An address of a merchant to which events are posted. */
export interface WebhookEndpointRow extends MerchantScope {
  readonly id: string;
  readonly url: string;
  /** Types of event, or groups of them, see `isEventPattern`. */
  readonly enabledEvents: readonly string[];
  readonly description: string | null;
  readonly metadata: Metadata;
  /** Null while events are sent. */
  readonly disabledReason: DisabledReason | null;
  /** Since when every attempt has failed; null if the last one succeeded. */
  readonly failingSince: number | null;
  /** The secret of its signatures, `whsec_...`, sealed. */
  readonly secretSealed: Buffer;
  /** The secret before, and until when signatures are also made with it; null if there is none. */
  readonly previousSecretSealed: Buffer | null;
  readonly previousSecretUntil: number | null;
  readonly createdAt: number;
  /** When the merchant deleted it: its deliveries stay. Null until then. */
  readonly deletedAt: number | null;
}

export const webhookEndpoints = new EntitySchema<WebhookEndpointRow>({
  name: "webhook_endpoint",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    url: text(2048),
    enabledEvents: json(),
    description: optional(text(500)),
    metadata: json(),
    disabledReason: optional(id()),
    failingSince: optional(time()),
    secretSealed: bytes(),
    previousSecretSealed: optional(bytes()),
    previousSecretUntil: optional(time()),
    createdAt: time(),
    deletedAt: optional(time()),
  },
  indices: [index("merchantId", "livemode", "id")],
});
