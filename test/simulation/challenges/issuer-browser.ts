import { setTimeout as sleep } from "node:timers/promises";

import { encodeFields, type Field } from "../../../src/cardstream/fields.js";
import { formsOf, type PageForm } from "../page-form.js";
import { type WebAnswer, webCall } from "../web-call.js";
import type { World } from "../world.js";

/** What a browser brings home from the card's issuer: where it is posted, and what. */
export interface IssuerAnswer {
  readonly path: string;
  readonly fields: readonly Field[];
  /** Number of the payment's attempt that it is for. */
  readonly attempt: number;
  /** True where the issuer has only looked at the browser: more is to come. */
  readonly isFirstLook: boolean;
}

/** A shopper's browser at the page of a payment whose card's issuer wants something of them. */
export class IssuerBrowser {
  readonly #world: World;
  readonly #payment: string;
  #replica: number;

  constructor(world: World, payment: string, replica: number) {
    this.#world = world;
    this.#payment = payment;
    this.#replica = replica;
  }

  /** Where the next answer is posted first. */
  get nextReplica(): number {
    return this.#replica + 1;
  }

  /** Goes to the issuer, who is content with the shopper or is not. Undefined where the payment asks for nothing. */
  async askIssuer(isContent: boolean): Promise<IssuerAnswer | undefined> {
    const page = await this.#untilAnswered(`/pay/${this.#payment}`);
    const [toIssuer, without] = formsOf(page.text);
    if (toIssuer === undefined || !AT_ISSUER.test(toIssuer.action)) return undefined;
    const isFirstLook = toIssuer.action.endsWith("/method");
    // One browser in two has no scripts: then nothing comes of the first look.
    if (isFirstLook && without !== undefined && this.#replica % 2 === 1)
      return answerOf(without, isFirstLook);
    const shown = await webCall(toIssuer.action, encodeFields(toIssuer.fields));
    const forms = formsOf(shown.text);
    const chosen = isContent || isFirstLook ? forms[0] : forms[1];
    if (chosen === undefined) throw new Error(`The card's issuer answered ${shown.status}: ${shown.text}`);
    return answerOf(chosen, isFirstLook);
  }

  /**
   * Posts what the issuer has said, `copies` times at once, each until it is answered. False where one had to be posted
   * again.
   */
  async bring({ path, fields }: Pick<IssuerAnswer, "path" | "fields">, copies: number): Promise<boolean> {
    const body = encodeFields(fields);
    const tries = await Promise.all(
      Array.from({ length: copies }, (_, copy) => this.#post(path, body, this.#replica + copy)),
    );
    this.#replica += copies;
    return tries.every((count) => count === 1);
  }

  /** How often it had to be sent. */
  async #post(path: string, body: string, replica: number): Promise<number> {
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const answer = await webCall(`${this.#world.fleet.urlOf(replica + tries)}${path}`, body);
      this.#note(`the browser brings the issuer's answer to ${path}`, answer);
      if (answer.status === 200) return tries;
      await sleep(PAUSE_MS);
    }
    throw new Error(`The answer of a card's issuer was posted ${TRIES_MAX} times, and not taken.`);
  }

  async #untilAnswered(path: string): Promise<WebAnswer> {
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const answer = await webCall(`${this.#world.fleet.urlOf(this.#replica + tries)}${path}`);
      if (answer.status !== 0 && answer.status !== 503) return answer;
      await sleep(PAUSE_MS);
    }
    throw new Error(`A payment's page did not open in ${TRIES_MAX} tries.`);
  }

  #note(text: string, { status, text: page }: WebAnswer): void {
    this.#world.history.note(this.#payment, `${text}: answered ${status}`);
    if (status === 500) this.#world.history.blameFor500(this.#payment, "a challenge's answer", page);
  }
}

const AT_ISSUER = /\/acs\/(method)?$/;

function answerOf({ action, fields }: PageForm, isFirstLook: boolean): IssuerAnswer {
  const path = new URL(action).pathname;
  return { path, fields, attempt: Number(/-(\d+)\/challenge$/.exec(path)?.[1] ?? 0), isFirstLook };
}

/** A browser tries again by itself: nothing tells it that a replica is back. */
const TRIES_MAX = 600;
const PAUSE_MS = 100;
