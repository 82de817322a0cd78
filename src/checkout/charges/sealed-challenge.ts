import type { Challenge } from "../../cardstream/three-d-secure.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";

type Sealing = Pick<CheckoutContext, "sealer">;

/** A challenge as it is stored: what names it to the gateway is nobody else's business. */
export function sealChallenge({ sealer }: Sealing, scope: MerchantScope, challenge: Challenge): Buffer {
  const { merchantId, livemode } = scope;
  return sealer.seal(JSON.stringify(challenge), { merchantId, livemode, purpose: "challenge" });
}

/** A stored challenge; throws where there is none. */
export function openChallenge({ sealer }: Sealing, scope: MerchantScope, sealed: Buffer | null): Challenge {
  if (sealed === null) throw new Error("There is no challenge.");
  const { merchantId, livemode } = scope;
  return JSON.parse(sealer.open(sealed, { merchantId, livemode, purpose: "challenge" })) as Challenge;
}
