import type { SeededRandom } from "../simulation/seeded-random.js";
import type { Loose } from "../support/reflection.js";
import { placesIn } from "./json-tree.js";

/** Ids of objects that answers have named, by their prefixes. The newest take the places of the oldest. */
export class KnownIds {
  readonly #ids = new Map<string, string[]>();

  /** Learns the ids in an answer. */
  learn(answer: Loose): void {
    for (const { holder, key } of placesIn(answer)) {
      const prefix = prefixOf(holder[key]);
      if (prefix === undefined) continue;
      const known = this.#ids.get(prefix) ?? [];
      if (!known.includes(holder[key])) this.#ids.set(prefix, [...known, holder[key]].slice(-KEPT));
    }
  }

  /** An id of the same kind, if one is known; otherwise the text itself. */
  like(text: string, random: SeededRandom): string {
    const known = this.#ids.get(prefixOf(text) ?? "") ?? [];
    return known[random.number(known.length)] ?? text;
  }

  /** An id of any kind. */
  any(random: SeededRandom): string {
    const all = [...this.#ids.values()].flat();
    return all[random.number(all.length)] ?? "cs_nobody";
  }
}

const KEPT = 40;

function prefixOf(value: unknown): string | undefined {
  return typeof value === "string" ? /^([a-z]{2,4}_)[0-9A-Za-z_]+$/.exec(value)?.[1] : undefined;
}
