import type { Log } from "../../lib/log.js";
import { settleWithin } from "../../lib/settle-within.js";
import type { Verdict } from "./mysql-probe.js";
import type { ServerAddress } from "./server-url.js";

/** What the choice needs of its surroundings. */
export interface ChoiceParts {
  /** Asks one server whether it does its work; see `probe`. */
  readonly ask: (address: ServerAddress, thoroughly: boolean) => Promise<Verdict>;
  /** Every connection from now on goes to this server, and those to another are closed. */
  readonly moved: (address: ServerAddress) => void;
  readonly log: Log;
}

/** How long the server in use may take, before the others are asked: a switch is followed within two seconds. */
const ANSWERS_WITHIN_MS = 1_000;

/**
 * Knows which of the servers of `DATABASE_URL` is written to. It stays with the one that it has for as long as that
 * one does its work, so that two writable servers do not take turns.
 */
export class PrimaryChoice {
  readonly #addresses: readonly ServerAddress[];
  readonly #parts: ChoiceParts;
  /** The server in use. */
  #address: ServerAddress;
  /** Whether it is a node of a Galera cluster. */
  #isGalera = false;

  constructor(addresses: readonly [ServerAddress, ...ServerAddress[]], parts: ChoiceParts) {
    this.#addresses = addresses;
    this.#address = addresses[0];
    this.#parts = parts;
  }

  /** Asks the server in use. If it does not work, asks all others at once, and moves to the first that does. */
  async ask(thoroughly: boolean): Promise<Verdict> {
    const here = this.#askHere(thoroughly);
    if (this.#addresses.length === 1) return await here;
    const early = await settleWithin(ANSWERS_WITHIN_MS, here);
    if (early?.kind === "works") return early;
    let found = await this.#askOthers();
    if (found === undefined) {
      // A process that gets no processor time takes its own delay for the server's.
      const late = await here;
      if (late.kind === "works") return late;
      found = await this.#askOthers();
      if (found === undefined) return late;
    }
    this.#moveTo(found);
    return { kind: "works" };
  }

  /**
   * Of a Galera cluster moves to the first server that works: each of its nodes takes writes, but transactions on
   * different nodes hold no locks against each other and conflict at their COMMIT. So all processes use the same one.
   */
  async preferFirst(): Promise<void> {
    if (!this.#isGalera) return;
    const inUse = this.#address;
    for (const address of this.#addresses.slice(0, this.#addresses.indexOf(inUse))) {
      const { kind } = await this.#parts.ask(address, false);
      if (kind === "works" && this.#address === inUse) return this.#moveTo(address);
    }
  }

  async #askHere(thoroughly: boolean): Promise<Verdict> {
    const verdict = await this.#parts.ask(this.#address, thoroughly);
    if (verdict.kind === "works") this.#isGalera = verdict.isGalera === true;
    return verdict;
  }

  #moveTo(address: ServerAddress): void {
    this.#parts.log.warn(
      { from: nameOf(this.#address), to: nameOf(address) },
      "another database server is the primary",
    );
    this.#address = address;
    this.#parts.moved(address);
  }

  #askOthers(): Promise<ServerAddress | undefined> {
    return firstThatWorks(
      this.#addresses.filter((address) => address !== this.#address),
      (address) => this.#parts.ask(address, false),
    );
  }
}

/** Resolves as soon as one works: the others may be silent. */
async function firstThatWorks(
  addresses: readonly ServerAddress[],
  ask: (address: ServerAddress) => Promise<Verdict>,
): Promise<ServerAddress | undefined> {
  const asked = addresses.map(async (address) => {
    const verdict = await ask(address);
    if (verdict.kind !== "works") throw verdict.error;
    return address;
  });
  return await Promise.any(asked).catch(() => undefined); // Each has said why, and the server in use says it again.
}

function nameOf({ host, port }: ServerAddress): string {
  return `${host}:${port}`;
}
