import type { Chronicle } from "./history.js";
import type { Fleet } from "./replica-fleet.js";
import type { Relay } from "./relay.js";
import type { Troublemaker } from "./trouble.js";

/** A merchant of the simulation, with its account at the gateway. */
export interface SceneMerchant {
  readonly id: string;
  readonly key: string;
  readonly merchantID: string;
  readonly secret: string;
}

/** What merchants and shoppers of the simulation can reach. */
export interface Scene {
  readonly chronicle: Chronicle;
  readonly fleet: Fleet;
  readonly relay: Relay;
  readonly merchants: readonly SceneMerchant[];
  readonly troublemaker: Troublemaker;
}

export function merchantOf({ merchants }: Scene, { merchant }: { merchant: number }): SceneMerchant {
  const found = merchants[merchant];
  if (found === undefined) throw new Error(`There is no merchant ${merchant}.`);
  return found;
}
