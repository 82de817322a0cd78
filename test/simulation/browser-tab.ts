import { setTimeout as sleep } from "node:timers/promises";

import { encodeFields, fieldText } from "../../src/cardstream/fields.js";
import type { Conversation } from "./conversation.js";
import { type CardName, fieldsOfCard } from "./shoppers-cards.js";
import { firstForm, type PageForm } from "./page-form.js";
import { faultsOfPayment } from "./payment-faults.js";
import type { World } from "./world.js";
import { type WebAnswer, webCall } from "./web-call.js";

/** A signed result on its way home in the shopper's browser; undefined where the gateway does not lead it back. */
export type CarriedResult = Buffer | undefined;

/** A form that the service has led on to the gateway. */
interface SentForm {
  readonly hostedUrl: string;
  readonly body: string;
}

/** One tab of the shopper's browser. */
export class BrowserTab {
  readonly #world: World;
  readonly #conversation: Conversation;
  #payPage: string | undefined;

  constructor(world: World, conversation: Conversation) {
    this.#world = world;
    this.#conversation = conversation;
  }

  /** Opens the session's page and goes on to the gateway's. False where no form was given out. */
  async open(): Promise<boolean> {
    const form = await this.#sendForm();
    if (form === undefined) return false;
    this.#payPage = await this.#cardPage(form);
    return true;
  }

  /** Pays at the gateway, which makes the mistakes that the plan wants, and holds the result in the browser. */
  async pay(card: CardName, outcome: string): Promise<CarriedResult> {
    this.#countFaults();
    const fields = outcome === "cancel" ? {} : fieldsOfCard(this.#conversation.plan, card);
    return await this.#submit({ ...fields, outcome, fault: faultsOfPayment(this.#conversation.plan) });
  }

  /** Has the gateway send a success that nobody paid for, as somebody without the account's secret would. */
  async forge(fault: "forged" | "partial_signature"): Promise<CarriedResult> {
    return await this.#submit({ ...fieldsOfCard(this.#conversation.plan, "a"), outcome: "approve", fault });
  }

  /** Brings the result home, where the browser is led there, as often as the plan has it. */
  async comeBack(body: CarriedResult): Promise<void> {
    const { plan } = this.#conversation;
    if (body === undefined) return this.#conversation.note("the shopper's browser does not come back");
    const copies = plan.redirect === "doubled" ? 2 : 1;
    if (copies === 2) this.#conversation.count("redirect doubled");
    const replica = plan.replica + 1;
    await Promise.all(Array.from({ length: copies }, (_, copy) => this.#bring(body, replica + copy)));
  }

  /** The address of the gateway's page. A form that is posted again leads to the page that it led to. */
  async #cardPage({ hostedUrl, body }: SentForm): Promise<string> {
    for (let tries = 1; ; tries++) {
      const { status, text } = await webCall(hostedUrl, body);
      const page = firstForm(text);
      if (page !== undefined) return page.action;
      const mayPass = status === 0 || status === 503;
      this.#conversation.note(`the gateway answers a form with ${status}`);
      if (!mayPass || tries === POSTS_MAX)
        throw new Error(`The gateway answered a form that the service gave out with ${status}: ${text}`);
      await sleep(PAUSE_MS);
    }
  }

  async #submit(typed: Record<string, string>): Promise<CarriedResult> {
    const answer = await webCall(this.#payPage ?? "", new URLSearchParams(typed).toString());
    if (answer.status !== 200) throw new Error(`The gateway answered a payment with ${answer.status}.`);
    const form = firstForm(answer.text);
    return form === undefined ? undefined : Buffer.from(encodeFields(form.fields));
  }

  #countFaults(): void {
    const { plan } = this.#conversation;
    const isCallbackLost = plan.callback === "dropped";
    const isRedirectLost = plan.redirect === "lost";
    if (plan.callback !== "prompt") this.#conversation.count(`callback ${plan.callback}`);
    if (isRedirectLost) this.#conversation.count("redirect lost");
    if (isCallbackLost && isRedirectLost) this.#conversation.count("callback and redirect both lost");
    if (plan.tampering === "wrong amount") this.#conversation.count("wrong amount charged");
  }

  /** Sends the form of the session's page on, as the page's script does. Undefined where none was given out. */
  async #sendForm(): Promise<SentForm | undefined> {
    const { sessionId, plan } = this.#conversation;
    for (let tries = 1; tries <= OPENS_MAX; tries++) {
      const payPage = `${this.#world.fleet.urlOf(plan.replica + tries)}/pay/${sessionId}`;
      const shown = await this.#ask(payPage);
      const form = formOf(shown);
      const body = encodeFields(form?.fields ?? []);
      const sent = form === undefined ? shown : await this.#ask(payPage, body);
      if (sent.status === 307) {
        this.#conversation.note(`form given out: ${fieldText(form?.fields ?? [], "transactionUnique")}`);
        return { hostedUrl: sent.location ?? "", body };
      }
      if (sent.status !== 0 && sent.status !== 503 && formOf(sent) === undefined) {
        this.#conversation.note(`no form given out: ${sent.status} ${sent.location ?? ""}`);
        return undefined;
      }
      // No answer, or the form belongs to a newer attempt by now.
      await sleep(PAUSE_MS);
    }
    return undefined;
  }

  async #ask(payPage: string, form?: string): Promise<WebAnswer> {
    const answer = await webCall(payPage, form);
    const { sessionId } = this.#conversation;
    if (answer.status === 500) this.#world.history.blameFor500(sessionId, "the payment page", answer.text);
    return answer;
  }

  /**
   * A page that could not store the result asks for another post; a patient shopper does that, also without
   * an answer.
   */
  async #bring(body: Buffer, replica: number): Promise<void> {
    for (let tries = 1; tries <= RETURNS_MAX; tries++) {
      const status = await this.#conversation.post(body, "return", replica + tries);
      if ((status !== 0 && status !== 503) || !this.#conversation.plan.patient) return;
      await sleep(PAUSE_MS * tries);
    }
  }
}

/** The form that leads to the gateway. Pages that only wait have one that is not signed. */
function formOf(page: WebAnswer): PageForm | undefined {
  const form = firstForm(page.text);
  return form === undefined || fieldText(form.fields, "signature") === "" ? undefined : form;
}

/** A browser tries again by itself: nothing tells it that a replica is back, so there is no condition to wait for. */
const PAUSE_MS = 100;
const OPENS_MAX = 100;
const RETURNS_MAX = 10;

/** The gateway has no trouble but a machine that does everything at once: no answer comes for 25 s, or none at all. */
const POSTS_MAX = 3;
