import type { History } from "./history.js";
import type { ReplicaFleet } from "./replica-fleet.js";
import type { Relay } from "./relay.js";
import type { Troublemaker } from "./trouble.js";

/** A merchant of the simulation, with its account at the gateway. */
export interface SimulatedMerchant {
  readonly id: string;
  readonly key: string;
  readonly merchantID: string;
  readonly secret: string;
}

/** What merchants and shoppers of the simulation can reach. */
export interface World {
  readonly history: History;
  readonly fleet: ReplicaFleet;
  readonly relay: Relay;
  readonly merchants: readonly SimulatedMerchant[];
  readonly troublemaker: Troublemaker;
}

export function merchantOf({ merchants }: World, { merchant }: { merchant: number }): SimulatedMerchant {
  const found = merchants[merchant];
  if (found === undefined) throw new Error(`There is no merchant ${merchant}.`);
  return found;
}
