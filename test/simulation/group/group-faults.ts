import { setTimeout as sleep } from "node:timers/promises";

import type { ServerGroup } from "../../support/servers/server-group.js";
import type { Environment } from "../environment.js";
import { LEASE_OVER_MS } from "../pass-time.js";
import { GroupProbe } from "./group-probe.js";
import { longestGap } from "./longest-gap.js";
import { ServiceProbe } from "./service-probe.js";

/** What befalls a group. Each ends once all members take part again. */
const FAULTS = {
  "planned switch": (group: ServerGroup) => group.handOver(),
  "primary killed": async (group: ServerGroup) => {
    const primary = await group.primary();
    primary.signal("SIGKILL");
    await primary.ended();
    await group.primary(); // One of the others: it comes back only then.
    await primary.start();
  },
  "primary frozen for 20 s": async (group: ServerGroup) => {
    const primary = await group.primary();
    primary.signal("SIGSTOP");
    await sleep(FROZEN_MS);
    primary.signal("SIGCONT");
  },
  "secondary rebuilt by a clone": async (group: ServerGroup) => await group.rebuild(await group.secondary()),
};

const FROZEN_MS = 20_000;

export type GroupFault = keyof typeof FAULTS;
export const GROUP_FAULTS = Object.keys(FAULTS) as GroupFault[];

/** A fault, and the longest times without a good answer in it, in milliseconds. */
export interface Outage {
  readonly fault: GroupFault;
  /** Of the replica that was the longest without. */
  readonly service: number;
  /** Without a write that one of the members took. */
  readonly group: number;
}

/** So many sessions are enough for every kind of fault: they take minutes. */
const SESSIONS_FOR_ALL = 200;

const BRIEFLY: readonly GroupFault[] = ["planned switch", "primary killed", "primary frozen for 20 s"];
const ALL: readonly GroupFault[] = [
  "planned switch",
  "primary killed",
  "planned switch",
  "primary frozen for 20 s",
  "planned switch",
  "secondary rebuilt by a clone",
  "planned switch",
];

/** Causes faults of a group while everything else goes on, and measures what becomes of them. */
export class GroupFaults {
  readonly outages: Outage[] = [];
  readonly #environment: Environment;
  readonly #group: ServerGroup;
  readonly #service: ServiceProbe;
  readonly #probe: GroupProbe;
  readonly #onProgress: (text: string) => void;

  private constructor(
    environment: Environment,
    group: ServerGroup,
    probe: GroupProbe,
    onProgress: (text: string) => void,
  ) {
    this.#environment = environment;
    this.#group = group;
    this.#probe = probe;
    this.#service = new ServiceProbe(environment);
    this.#onProgress = onProgress;
  }

  static async start(
    environment: Environment,
    group: ServerGroup,
    onProgress: (text: string) => void,
  ): Promise<GroupFaults> {
    return new GroupFaults(environment, group, await GroupProbe.start(group), onProgress);
  }

  /** Those that fit a run of so many sessions, one after the other. */
  async causeAll(sessions: number): Promise<void> {
    for (const fault of sessions < SESSIONS_FOR_ALL ? BRIEFLY : ALL) await this.cause(fault);
  }

  /** Once the service has answered well for a while before it; until it does so again. */
  async cause(fault: GroupFault): Promise<void> {
    const { history, books, fleet } = this.#environment;
    await this.#untilGood(fault);
    const from = Date.now();
    history.note(undefined, `fault of the group: ${fault}`);
    history.count(fault);
    await FAULTS[fault](this.#group);
    await this.#group.whole();
    await this.#untilGood(fault);
    await books.health.check(); // What the checker reads comes from the primary.
    fleet.forward(LEASE_OVER_MS); // A replica that lost its database could not give back what it kept to itself.
    const to = Date.now();
    const service = Math.max(...this.#service.answered.map((moments) => longestGap(moments, from, to)));
    const outage = { fault, service, group: longestGap(this.#probe.written, from, to) };
    this.outages.push(outage);
    this.#onProgress(`${fault}: ${service} ms without a good answer, ${outage.group} ms of the group's own`);
  }

  /** Holds what was acknowledged meanwhile to what is stored. */
  async end(): Promise<void> {
    await this.#service.stop();
    await this.#probe.stop();
    const { books, history } = this.#environment;
    const rows = (await books.manager.query("SELECT id FROM customer")) as { id: string }[];
    const stored = new Set(rows.map(({ id }) => id));
    for (const id of this.#service.created) {
      if (!stored.has(id)) history.faultyAnswers.push({ session: undefined, text: `customer ${id} is lost` });
    }
  }

  async #untilGood(fault: GroupFault): Promise<void> {
    const wanted = this.#service.answered.map((moments) => moments.length + GOOD_ANSWERS);
    const isGood = (): boolean =>
      this.#service.answered.every((moments, replica) => moments.length >= (wanted[replica] ?? 0));
    const deadline = Date.now() + GOOD_WITHIN_MS;
    while (!isGood()) {
      if (Date.now() > deadline) throw new Error(`The service does not answer well: ${fault}`);
      await sleep(100);
    }
  }
}

/** About two seconds of good answers. */
const GOOD_ANSWERS = 20;

/** A replica that is killed now is up again much earlier. */
const GOOD_WITHIN_MS = 60_000;
