import { setTimeout as sleep } from "node:timers/promises";

import { encodeFields, type Field, fieldText } from "../../src/cardstream/fields.js";
import { signed } from "../../src/cardstream/signature.js";
import type { Conversation } from "./conversation.js";
import { firstForm, type PageForm } from "./page-form.js";
import { merchantOf, type Scene } from "./scene.js";
import { webCall } from "./web-call.js";

/** Two of the gateway's published test cards. */
export type CardName = "a" | "b";

const CARDS: Record<CardName, Record<string, string>> = {
  a: { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "30", cardCVV: "356" },
  b: { cardNumber: "5301250070000191", cardExpiryMonth: "11", cardExpiryYear: "31", cardCVV: "419" },
};

/** A signed result on its way home in the shopper's browser. */
export interface CarriedResult {
  readonly body: Buffer;
  readonly code: string;
}

/** One tab of the shopper's browser. */
export class Tab {
  readonly #scene: Scene;
  readonly #conversation: Conversation;
  #payPage: string | undefined;

  constructor(scene: Scene, conversation: Conversation) {
    this.#scene = scene;
    this.#conversation = conversation;
  }

  /** Opens the session's page and goes on to the gateway's. False where no form was given out. */
  async open(): Promise<boolean> {
    const form = await this.#givenForm();
    if (form === undefined) return false;
    const page = firstForm((await webCall(form.action, encodeFields(this.#asCharged(form.fields)))).text);
    this.#payPage = page?.action;
    if (page === undefined) throw new Error("The gateway did not take a form that the service gave out.");
    return true;
  }

  /** Pays at the gateway, and holds the result in the browser. */
  async pay(card: CardName, outcome: string): Promise<CarriedResult> {
    const fields = outcome === "cancel" ? {} : CARDS[card];
    const body = new URLSearchParams({ ...fields, outcome }).toString();
    const form = firstForm((await webCall(this.#payPage ?? "", body)).text);
    if (form === undefined) throw new Error("The gateway did not answer a payment.");
    return { body: Buffer.from(encodeFields(form.fields)), code: fieldText(form.fields, "responseCode") };
  }

  /** Brings the result home, or loses it, as the plan has it. */
  async comeBack({ body }: CarriedResult): Promise<void> {
    const { plan } = this.#conversation;
    if (plan.redirect !== "followed") this.#conversation.count(`redirect ${plan.redirect}`);
    if (plan.callback === "with the redirect") this.#conversation.letGo();
    const copies = { followed: 1, lost: 0, doubled: 2 }[plan.redirect];
    const replica = plan.replica + 1;
    await Promise.all(Array.from({ length: copies }, (_, copy) => this.#bring(body, replica + copy)));
    if (copies === 0) this.#conversation.note("the shopper's browser does not come back");
    this.#conversation.letGo();
  }

  async #givenForm(): Promise<PageForm | undefined> {
    const { sessionId, plan } = this.#conversation;
    for (let tries = 1; tries <= OPENS_MAX; tries++) {
      const answer = await webCall(`${this.#scene.fleet.urlOf(plan.replica + tries)}/pay/${sessionId}`);
      if (answer.status !== 0 && answer.status !== 503) {
        const form = firstForm(answer.text);
        this.#conversation.note(
          form === undefined
            ? `no form given out: ${answer.status} ${answer.location ?? ""}`
            : `form given out: ${fieldText(form.fields, "transactionUnique")}`,
        );
        if (answer.status === 500) this.#unexcused("the payment page was answered 500");
        return form;
      }
      await sleep(PAUSE_MS);
    }
    return undefined;
  }

  /** A gateway that charges another amount than it was asked to: its form says so, and the account's secret signs it. */
  #asCharged(fields: Field[]): Field[] {
    if (this.#conversation.plan.tampering !== "wrong amount") return fields;
    this.#conversation.count("wrong amount charged");
    const { secret } = merchantOf(this.#scene, this.#conversation.plan);
    const changed = fields
      .filter(([name]) => name !== "signature")
      .map(([name, value]): Field => [name, name === "amount" ? String(Number(value) - 1) : value]);
    return signed(changed, secret);
  }

  /** A page that could not store the result asks for another post; a patient shopper does that, also without an answer. */
  async #bring(body: Buffer, replica: number): Promise<void> {
    for (let tries = 1; tries <= RETURNS_MAX; tries++) {
      const status = await this.#conversation.post(body, "return", replica + tries);
      if (status === 500) this.#unexcused("a return was answered 500");
      if ((status !== 0 && status !== 503) || !this.#conversation.plan.patient) return;
      await sleep(PAUSE_MS * tries);
    }
  }

  #unexcused(text: string): void {
    this.#scene.chronicle.faultyAnswers.push({ session: this.#conversation.sessionId, text });
  }
}

const PAUSE_MS = 100;
const OPENS_MAX = 100;
const RETURNS_MAX = 10;
