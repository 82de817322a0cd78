import type { Conversation } from "./conversation.js";
import { expireSession } from "./merchant.js";
import { ATTEMPT_KILLS } from "./plan.js";
import type { CardName } from "./shoppers-cards.js";
import type { World } from "./world.js";
import { BrowserTab } from "./browser-tab.js";

/** Does with a session what its plan says that the shopper does. */
export async function shop(world: World, conversation: Conversation): Promise<void> {
  await new Shopper(world, conversation).shop();
}

class Shopper {
  readonly #world: World;
  readonly #conversation: Conversation;
  #troubled = false;

  constructor(world: World, conversation: Conversation) {
    this.#world = world;
    this.#conversation = conversation;
  }

  async shop(): Promise<void> {
    const { plan } = this.#conversation;
    this.#conversation.count(`shopper ${plan.shopper}`);
    switch (plan.shopper) {
      case "never comes":
        return;
      case "abandons":
        return void (await this.#openTabs(1));
      case "pays":
        return await this.#oneTab(["a", "approve"]);
      case "declined":
        return await this.#oneTab(["a", "decline"]);
      case "declined, then pays":
        return await this.#oneTab(["a", "insufficient_funds"], ["a", "approve"]);
      case "cancels":
        return await this.#oneTab(["a", "cancel"]);
      case "cancels, then pays":
        return await this.#oneTab(["a", "cancel"], ["a", "approve"]);
      case "result in progress":
        return await this.#oneTab(["a", "in_progress"]);
      case "issuer unavailable":
        return await this.#oneTab(["a", "issuer_unavailable"]);
      case "approved in part":
        return await this.#oneTab(["a", "partial"]);
      case "pays in two tabs":
        return await this.#twoTabs(["a", "approve"], ["b", "approve"]);
      case "pays with the same card in two tabs":
        return await this.#twoTabs(["a", "approve"], ["a", "approve"]);
      case "pays, is declined in another tab":
        return await this.#declinedAfterwards();
      case "pays with a second card":
        return await this.#secondCard();
      case "pays an old attempt":
        return await this.#oldAttempt();
      case "reloads":
        return await this.#reloads();
    }
  }

  async #oneTab(...payments: Payment[]): Promise<void> {
    for (const payment of payments) {
      const [tab] = await this.#openTabs(1);
      if (tab !== undefined) await this.#payAndReturn(tab, payment);
    }
  }

  /** Both pay at the same time, and both come back at the same time. */
  async #twoTabs(one: Payment, other: Payment): Promise<void> {
    const [first, second] = await this.#openTabs(2);
    await Promise.all([first && this.#payAndReturn(first, one), second && this.#payAndReturn(second, other)]);
  }

  async #declinedAfterwards(): Promise<void> {
    const [first, second] = await this.#openTabs(2);
    if (first !== undefined) await this.#payAndReturn(first, ["a", "approve"]);
    if (second !== undefined) await this.#payAndReturn(second, ["b", "decline"]);
  }

  /** Back button on the gateway's page: the same page is paid once more. The gateway compares cards, not pages. */
  async #secondCard(): Promise<void> {
    const [tab] = await this.#openTabs(1);
    if (tab === undefined) return;
    const first = await this.#pay(tab, ["a", "approve"]);
    const second = await this.#pay(tab, ["b", "approve"]);
    await Promise.all([tab.comeBack(second), tab.comeBack(first)]);
  }

  /** A decline in one tab starts a second attempt, while the form of the first one is still open in another. */
  async #oldAttempt(): Promise<void> {
    const [first, old] = await this.#openTabs(2);
    if (first !== undefined) await this.#payAndReturn(first, ["a", "decline"]);
    const [fresh] = await this.#openTabs(1);
    if (old !== undefined) await this.#payAndReturn(old, ["a", "approve"]);
    if (fresh !== undefined) await this.#payAndReturn(fresh, ["a", "approve"]);
  }

  async #reloads(): Promise<void> {
    const [tab] = await this.#openTabs(3);
    if (tab === undefined) return;
    const result = await this.#pay(tab, ["a", "approve"]);
    await tab.comeBack(result);
    await tab.comeBack(result);
    await this.#openTabs(1);
  }

  /** The tabs that got a form. */
  async #openTabs(count: number): Promise<BrowserTab[]> {
    const tabs: BrowserTab[] = [];
    for (let opened = 0; opened < count; opened++) {
      if (opened === 1) await this.#meetTrouble("as the page is opened again");
      const tab = new BrowserTab(this.#world, this.#conversation);
      if (await tab.open()) tabs.push(tab);
    }
    const { plan, sessionId } = this.#conversation;
    if (plan.expiredByMerchant) await expireSession(this.#world, plan, sessionId);
    return tabs;
  }

  async #payAndReturn(tab: BrowserTab, payment: Payment): Promise<void> {
    await tab.comeBack(await this.#pay(tab, payment));
  }

  async #pay(tab: BrowserTab, [card, outcome]: Payment): ReturnType<BrowserTab["pay"]> {
    await this.#meetTrouble("as the payment is recorded");
    return await tab.pay(card, outcome);
  }

  async #meetTrouble(when: "as the page is opened again" | "as the payment is recorded"): Promise<void> {
    const { trouble } = this.#conversation.plan;
    if (trouble === undefined || this.#troubled) return;
    if (ATTEMPT_KILLS.includes(trouble) !== (when === "as the page is opened again")) return;
    this.#troubled = true;
    await this.#world.troublemaker.make(trouble, this.#conversation);
  }
}

type Payment = readonly [card: CardName, outcome: string];
