import type { CheckoutPoint } from "../../src/checkout/context.js";
import type { History } from "./history.js";
import { Replica, type ReplicaSetting, type Stopped } from "./replica-slot.js";

/** The replicas of the service, each a process that may die at any moment and is then started again. */
export interface ReplicaFleet {
  readonly size: number;
  /** How many deaths there were. */
  readonly deaths: number;
  /** What the replicas take the time for. */
  now(): number;
  /** What the replicas took the time for so many milliseconds of real time ago. */
  timeAgo(milliseconds: number): number;
  /** Where a load balancer sends the request: the replica asked for, or the next one that is up. */
  urlOf(replica: number): string;
  /** Makes the replica die when it next reaches the point. */
  arm(replica: number, point: CheckoutPoint): Promise<void>;
  /** Makes the replica wait when it next reaches the point. */
  stopAt(replica: number, point: CheckoutPoint): Promise<Stopped>;
  /** kill -9, now. */
  kill(replica: number): void;
  /** Moves the clocks of all replicas forward: what processes hold on to ends by real time. */
  forward(milliseconds: number): void;
  /** Resolves once every replica is up. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the replicas one after the other: the first one applies the migrations. */
export async function startReplicaFleet(
  history: History,
  settings: readonly ReplicaSetting[],
): Promise<ReplicaFleet> {
  const replicas = settings.map((setting, index) => new Replica(history, `replica ${index + 1}`, setting));
  for (const replica of replicas) await replica.start();
  let ahead = 0;
  const moves = [{ at: 0, ahead }];
  const at = (index: number): Replica => {
    const replica = replicas[index % replicas.length];
    if (replica === undefined) throw new Error("There is no replica.");
    return replica;
  };
  return {
    size: replicas.length,
    get deaths() {
      return replicas.reduce((sum, replica) => sum + replica.deaths, 0);
    },
    now: () => Date.now() + ahead,
    timeAgo: (milliseconds) => {
      const then = Date.now() - milliseconds;
      return then + (moves.findLast((move) => move.at <= then)?.ahead ?? 0);
    },
    urlOf: (index) => (at(index).up ? at(index) : (replicas.find(({ up }) => up) ?? at(index))).url,
    arm: (index, point) => at(index).arm(point),
    stopAt: (index, point) => at(index).stopAt(point),
    kill: (index) => at(index).kill(),
    forward: (milliseconds) => {
      ahead += milliseconds;
      moves.push({ at: Date.now(), ahead });
      for (const replica of replicas) replica.forward(ahead);
    },
    whole: async () => {
      for (const replica of replicas) await replica.whole();
    },
    stop: async () => {
      await Promise.all(replicas.map((replica) => replica.stop()));
    },
  };
}
