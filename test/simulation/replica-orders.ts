import type { CheckoutPoint } from "../../src/checkout/context.js";

/** What the simulation tells a server process. */
export type ReplicaOrder =
  /** Opens its ports, the public one at `port` (0: any free one), its clock so many milliseconds ahead of real time. */
  | { readonly order: "start"; readonly port: number; readonly ahead: number }
  /** Dies when it next reaches the point. */
  | { readonly order: "die"; readonly point: CheckoutPoint }
  /** Says so when it next reaches the point, and waits there for "go on". */
  | { readonly order: "wait"; readonly point: CheckoutPoint }
  | { readonly order: "go on" }
  | { readonly order: "forward"; readonly ahead: number };

/** What a server process tells the simulation: that it has loaded its program, where it listens, what it is at. */
export type ReplicaWord =
  | { readonly word: "loaded" }
  | { readonly word: "listening"; readonly port: number }
  /** It will die or wait as it was told: a request that is sent from now on meets that. */
  | { readonly word: "ready" }
  | { readonly word: "waiting" };
