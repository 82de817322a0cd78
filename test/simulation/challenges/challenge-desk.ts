import { fieldText } from "../../../src/cardstream/fields.js";
import { sandboxTransactions } from "../../../src/sandbox/tables/sandbox-transactions.js";
import { attemptReference } from "../../../src/domain/attempt.js";
import type { Environment } from "../environment.js";
import { forEach } from "../for-each.js";
import type { InterfaceFault } from "../gateway-orders.js";
import type { ChallengeMet } from "../history.js";
import { pointOf } from "../kills.js";
import { type MoneyOrder, sendOrder } from "../money-orders.js";
import { type ChallengeTrouble, type ChallengeWay, TWO_ROUNDS, wayOf } from "./challenge-plan.js";
import { type IssuerAnswer, IssuerBrowser } from "./issuer-browser.js";

/** A payment whose card's issuer wants something of its shopper. */
export interface ChallengedPayment {
  readonly id: string;
  /** The charge that was ordered for it. */
  readonly order: MoneyOrder;
}

/** What a browser has in an old tab, and has never brought home. */
interface LeftAnswer {
  readonly browser: IssuerBrowser;
  readonly answer: IssuerAnswer;
}

/** Has shoppers meet what the issuers of their cards want of them. */
export class ChallengeDesk {
  readonly #environment: Environment;
  readonly #left: LeftAnswer[] = [];
  #met = 0;
  #bought = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /**
   * Each payment's shopper does what comes next in turn: what meets trouble first, one after the other; then all
   * others, several at once. Answers the charges that were made for it.
   */
  async meetAll(payments: readonly ChallengedPayment[]): Promise<MoneyOrder[]> {
    for (const { browser, answer } of this.#left.splice(0)) await browser.bring(answer, 1);
    const all = payments.map((payment) => ({ payment, way: wayOf(this.#met++) }));
    const orders: MoneyOrder[] = [];
    for (const { payment, way } of all.filter((each) => !isCalm(each))) {
      if (way.deed === "another's") orders.push(await this.#bringAnothers(payment, way));
      else await this.#meet(payment, way);
    }
    await this.#environment.fleet.whole();
    await forEach(all.filter(isCalm), async ({ payment, way }) => await this.#meet(payment, way));
    return orders;
  }

  async #meet({ id, order }: ChallengedPayment, way: ChallengeWay): Promise<void> {
    const { history } = this.#environment;
    const browser = new IssuerBrowser(this.#environment, id, order.replica);
    // A replica's death is counted where it dies.
    if (way.trouble === undefined || pointOf(way.trouble) === undefined) history.count(way.name);
    let wasSure = way.trouble === undefined;
    let answer = await this.#ask(browser, id, way.deed !== "fails");
    const attempt = answer?.attempt ?? 0;
    for (let rounds = 1; answer !== undefined && way.deed !== "leaves"; rounds++) {
      if (rounds === 2) history.count(TWO_ROUNDS);
      const bring = async (brought: IssuerAnswer): Promise<void> => {
        const atOnce = await browser.bring(brought, way.twice === true ? 2 : 1);
        wasSure &&= atOnce;
      };
      if (answer.isFirstLook || way.trouble === undefined) await bring(answer);
      else await this.#inTrouble(way.trouble, browser, order, bring, answer);
      answer = answer.isFirstLook ? await browser.askIssuer(way.deed !== "fails") : undefined;
    }
    if (answer !== undefined) this.#left.push({ browser, answer });
    this.#note({ payment: id, attempt, deed: way.deed, isSure: wasSure });
  }

  /** The first question: then the payment's page has something to ask. */
  async #ask(browser: IssuerBrowser, id: string, isContent: boolean): Promise<IssuerAnswer | undefined> {
    const answer = await browser.askIssuer(isContent);
    const text = `${id} requires an action, and its page asks for none`;
    if (answer === undefined) this.#environment.history.faultyAnswers.push({ session: id, text });
    return answer;
  }

  async #inTrouble(
    trouble: ChallengeTrouble,
    browser: IssuerBrowser,
    { merchant }: MoneyOrder,
    bring: (answer: IssuerAnswer) => Promise<void>,
    answer: IssuerAnswer,
  ): Promise<void> {
    const { fleet, gateway } = this.#environment;
    const point = pointOf(trouble);
    await fleet.whole();
    if (point !== undefined) {
      await fleet.arm(browser.nextReplica, point);
      await bring(answer);
      return await fleet.whole();
    }
    await gateway.setFault(merchant, FAULTS[trouble as keyof typeof FAULTS]);
    await bring(answer);
    await gateway.setFault(merchant, "none");
  }

  /**
   * Somebody buys the same once more, authenticates for that, and brings the answer to the page of the first payment,
   * with the reference of the other one at the gateway; and then to the page that it is for.
   */
  async #bringAnothers({ id, order }: ChallengedPayment, way: ChallengeWay): Promise<MoneyOrder> {
    const { history } = this.#environment;
    const body = { ...order.body, off_session: false };
    const another: MoneyOrder = { ...order, key: `${order.key}, beside ${this.#bought++}`, body };
    const bought = await sendOrder(this.#environment, another);
    if (bought.id === null) throw new Error(`A charge was refused that was made before: ${bought.status}.`);
    const mine = new IssuerBrowser(this.#environment, bought.id, order.replica);
    const browser = new IssuerBrowser(this.#environment, id, order.replica);
    history.count(way.name);
    let right = await this.#ask(mine, bought.id, true);
    if (right?.isFirstLook === true) {
      await mine.bring(right, 1);
      right = await mine.askIssuer(true);
    }
    const wrong = await this.#ask(browser, id, true);
    if (right === undefined || wrong === undefined) return another;
    const reference = await this.#referenceOf(attemptReference(bought.id, right.attempt));
    const fields = [["threeDSRef", reference] as const, ...right.fields];
    await browser.bring({ path: wrong.path, fields }, 1);
    this.#note({ payment: id, attempt: wrong.attempt, deed: "another's", isSure: true });
    const isSure = await mine.bring(right, 1);
    this.#note({ payment: bought.id, attempt: right.attempt, deed: "passes", isSure });
    return another;
  }

  /** As the gateway names the authentication, which no shopper is told. */
  async #referenceOf(transactionUnique: string): Promise<string> {
    const { manager } = this.#environment.ledger;
    const row = await manager.findOneByOrFail(sandboxTransactions, { transactionUnique });
    return fieldText(row.result, "threeDSRef");
  }

  #note(met: ChallengeMet): void {
    this.#environment.history.challenges.push(met);
    this.#environment.history.note(met.payment, `its shopper ${met.deed} in attempt ${met.attempt}`);
  }
}

function isCalm({ way }: { readonly way: ChallengeWay }): boolean {
  return way.trouble === undefined && way.deed !== "another's";
}

const FAULTS = {
  "challenge answered 500": "direct_error",
  "answer to a challenge lost": "direct_timeout",
} as const satisfies Record<string, InterfaceFault>;
