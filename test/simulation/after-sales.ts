import {
  CAPTURE_TROUBLES,
  type CaptureTrouble,
  type ChargeTrouble,
  CHARGE_TROUBLES,
  REFUND_TROUBLES,
  type RefundTime,
  type RefundTrouble,
} from "./after-sales-plan.js";
import { captureOrders, chargeKey, chargeOrders, confirmOrder, refundOrders } from "./after-sales-orders.js";
import { ChallengeDesk } from "./challenges/challenge-desk.js";
import { forEach } from "./for-each.js";
import { type MoneyOrder, sendOrder } from "./money-orders.js";
import { sendIntoTrouble } from "./order-troubles.js";
import { passTime } from "./pass-time.js";
import { listPayments, type PaymentAnswer } from "./payment-lists.js";
import type { Plan } from "./plan.js";
import { merchantOf, type SimulatedMerchant } from "./world.js";
import type { Environment } from "./environment.js";

/** What merchants do with cards and payments after the sale. Keeps every order, to send it once more in the end. */
export class AfterSalesDesk {
  readonly #environment: Environment;
  readonly #plans: ReadonlyMap<string, Plan>;
  readonly #orders: MoneyOrder[] = [];
  readonly #challenges: ChallengeDesk;

  /** `plans` are by session. */
  constructor(environment: Environment, plans: ReadonlyMap<string, Plan>) {
    this.#environment = environment;
    this.#plans = plans;
    this.#challenges = new ChallengeDesk(environment);
  }

  /** As soon as everybody has paid: cards are charged, and shoppers authenticate where they have to. */
  async charge(): Promise<void> {
    const orders: MoneyOrder[] = [];
    await forEach([...this.#plans], async ([session, plan]) => {
      orders.push(...(await chargeOrders(this.#environment, session, plan)));
    });
    await this.#send(orders.toSorted(byKey), CHARGE_TROUBLES);
    await this.#authenticate();
  }

  /** Authorized payments are captured, in full or in part, or canceled, some of them twice. */
  async capture(): Promise<void> {
    const { merchants } = this.#environment;
    const orders = await this.#ofPayments(merchants, (merchant, payment) => {
      const plan = this.#planOf(payment);
      return plan === undefined ? [] : captureOrders(merchant, payment, plan);
    });
    await this.#send(inTurn(orders), CAPTURE_TROUBLES);
  }

  /** Payments are refunded that are not settled yet. */
  async refundEarly(): Promise<void> {
    await this.#refund("early", this.#environment.merchants);
  }

  /**
   * Days later: charges that failed are tried again; of payments that are settled, or not, or just being
   * settled, each by another merchant, some more is refunded.
   */
  async late(): Promise<void> {
    const { gateway } = this.#environment;
    const [settling, settled, unsettled] = [0, 1, 2].map((merchant) =>
      merchantOf(this.#environment, { merchant }),
    ) as [SimulatedMerchant, SimulatedMerchant, SimulatedMerchant];
    await this.#confirm();
    await this.#authenticate();
    await this.capture();
    await gateway.tender(settling);
    await this.#refund("late", [settled, unsettled, settling]);
    await gateway.settle(settling);
    await this.#endAll();
  }

  /**
   * Every order once more: each has its answer already, but for a refund that was refused as too little was left. Where
   * an earlier refund of the payment has failed since, it is made now; and a replica that was to die over a refused
   * refund may die over this one.
   */
  async repeat(): Promise<void> {
    await forEach(this.#orders, async (order) => void (await sendOrder(this.#environment, order)));
    await this.#endAll();
  }

  /** After that nothing may be left pending. */
  async #endAll(): Promise<void> {
    for (const minutes of [HOUR, DAY]) await passTime(this.#environment, minutes);
  }

  async #confirm(): Promise<void> {
    const { merchants } = this.#environment;
    const orders = await this.#ofPayments(merchants, (_, payment) =>
      payment.status === "requires_payment_method" ? [confirmOrder(this.#chargeOf(payment), payment)] : [],
    );
    await this.#send(orders, []);
  }

  /** Shoppers do what the issuers of their cards want, or do not. */
  async #authenticate(): Promise<void> {
    const { merchants } = this.#environment;
    const payments = await this.#ofPayments(merchants, (_, payment) =>
      payment.status === "requires_action" ? [{ id: payment.id, order: this.#chargeOf(payment) }] : [],
    );
    this.#orders.push(...(await this.#challenges.meetAll(payments)));
  }

  /** The charge that made the payment. */
  #chargeOf(payment: PaymentAnswer): MoneyOrder {
    const plan = this.#planOf(payment);
    const wanted = plan && chargeKey(plan, payment.metadata["number"] ?? "");
    const order = this.#orders.find(({ key }) => key === wanted);
    if (order === undefined) throw new Error(`Nobody has ordered ${payment.id}.`);
    return order;
  }

  /** The plan of its session, or of the session whose card was charged. */
  #planOf({ session, metadata }: PaymentAnswer): Plan | undefined {
    return this.#plans.get(session ?? metadata["session"] ?? "");
  }

  async #refund(time: RefundTime, merchants: readonly SimulatedMerchant[]): Promise<void> {
    const orders = await this.#ofPayments(merchants, (merchant, payment) => {
      const plan = this.#planOf(payment);
      return plan === undefined ? [] : refundOrders(merchant, payment, plan, time);
    });
    // What cannot be refunded meets no trouble.
    await this.#send(
      orders.toSorted((a, b) => Number(a.hopeless ?? false) - Number(b.hopeless ?? false)),
      REFUND_TROUBLES[time],
    );
  }

  async #ofPayments<Order>(
    merchants: readonly SimulatedMerchant[],
    ordersOf: (merchant: SimulatedMerchant, payment: PaymentAnswer) => Order[],
  ): Promise<Order[]> {
    const orders: Order[] = [];
    for (const merchant of merchants) {
      const payments = await listPayments(this.#environment, merchant);
      orders.push(...payments.flatMap((payment) => ordersOf(merchant, payment)));
    }
    return orders;
  }

  /** Those that meet trouble first, one after the other; then all others, several at once. */
  async #send(
    orders: readonly MoneyOrder[],
    troubles: readonly (ChargeTrouble | CaptureTrouble | RefundTrouble)[],
  ): Promise<void> {
    this.#orders.push(...orders);
    const count =
      troubles.length === 0 ? 0 : Math.max(TROUBLED_MIN, Math.floor(orders.length / TROUBLED_EVERY));
    for (const [index, order] of orders.slice(0, count).entries()) {
      const trouble = troubles[index % troubles.length];
      if (trouble !== undefined) await sendIntoTrouble(this.#environment, order, trouble);
    }
    await this.#environment.fleet.whole();
    await forEach(orders.slice(count), async (order) => void (await sendOrder(this.#environment, order)));
  }
}

/** One of so many orders meets trouble, and some in any case: each costs about a second, and a process. */
const TROUBLED_EVERY = 50;
const TROUBLED_MIN = 5;

const HOUR = 60;
const DAY = 24 * HOUR + 1;

/** Two captures by themselves come first, then cancellations, each before the capture that must come to nothing. */
function inTurn(orders: readonly MoneyOrder[]): MoneyOrder[] {
  const canceled = new Set(orders.filter(({ what }) => what === "cancel").map(({ from }) => from));
  const captures = orders.filter(({ from }) => !canceled.has(from));
  const others = orders.filter(({ from }) => canceled.has(from));
  return [...captures.slice(0, 2), ...others, ...captures.slice(2)];
}

function byKey(a: MoneyOrder, b: MoneyOrder): number {
  return a.key < b.key ? -1 : 1;
}
