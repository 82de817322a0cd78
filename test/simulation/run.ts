import { AfterSalesDesk } from "./after-sales.js";
import { check } from "./checker.js";
import type { History } from "./history.js";
import { Conversation } from "./conversation.js";
import { causeTrouble, liveOn, untilDelivered } from "./after-the-payments.js";
import { forEach } from "./for-each.js";
import { forge } from "./forger.js";
import { listHeld } from "./held-cases.js";
import { createOnce, createSession, readSession } from "./merchant.js";
import { listPayments, listRefunds } from "./payment-lists.js";
import { Ending } from "./database-place.js";
import { passTime } from "./pass-time.js";
import type { EngineName, Plan } from "./plan.js";
import { readAccounts } from "./read-accounts.js";
import { answersOf, readBooks, readLedger } from "./read-snapshots.js";
import type { SimulatedMerchant } from "./world.js";
import { scheduleOf } from "./schedule.js";
import { shop } from "./shopper.js";
import type { Lists, Ordered, Snapshots, Violation } from "./snapshots.js";
import { startEnvironment, type Environment } from "./environment.js";
import { GroupFaults, type Outage } from "./group/group-faults.js";
import type { Servers } from "./server.js";
import { readWebhooks } from "./webhooks/read-webhooks.js";
import { SimulatedWebhooks } from "./webhooks/simulated-webhooks.js";

/** Folder of the compiled service itself, as a URL. */
export const SERVICE = new URL("../../src", import.meta.url).href;

/** How many of a hundred sessions lose both callback and return where nobody says otherwise. */
export const LOST_DEFAULT = 10;

/** One simulation. */
export interface Simulation extends Servers {
  readonly seed: number;
  readonly sessions: number;
  readonly engine: EngineName;
  readonly replicas: number;
  /** In how many of a hundred sessions both the callback and the shopper's return are lost. */
  readonly lost: number;
  /** In how many of a hundred requests a receiver of events fails; undefined: in 20. */
  readonly failing?: number;
  /** False where the merchants leave stored cards and payments alone. */
  readonly afterSales: boolean;
  /** Folder of the compiled service, as a URL: the real one, or a copy with a planted bug. */
  readonly service: string;
  /** Told what is going on, now and then. */
  readonly onProgress: (text: string) => void;
}

/** What came of it. */
export interface Verdict {
  readonly simulation: Simulation;
  readonly violations: readonly Violation[];
  readonly snapshots: Snapshots;
  readonly history: History;
  /** Of a group: its faults, in order. */
  readonly outages: readonly Outage[];
  readonly seconds: number;
}

/** Runs the schedule of the seed against real processes, lets days go by, and checks what is left. */
export async function simulate(simulation: Simulation): Promise<Verdict> {
  const begun = Date.now();
  const ending = new Ending();
  try {
    const environment = await startEnvironment(ending, simulation);
    const webhooks = await SimulatedWebhooks.start(ending, environment, simulation);
    const plans = scheduleOf(simulation);
    const { group, sessions, onProgress } = simulation;
    const faults = group && (await GroupFaults.start(environment, group, onProgress));
    const [played] = await Promise.all([play(environment, plans, onProgress), faults?.causeAll(sessions)]);
    const afterSales = simulation.afterSales ? new AfterSalesDesk(environment, played) : undefined;
    simulation.onProgress("after the sale");
    await webhooks.rollSecrets();
    await afterSales?.charge();
    await afterSales?.capture();
    await causeTrouble(environment);
    await afterSales?.refundEarly();
    simulation.onProgress("the days after");
    await Promise.all([
      liveOn(environment, (session) => played.get(session)),
      faults?.cause("planned switch"),
    ]);
    if (faults !== undefined) await passTime(environment, 1); // For what the last fault has kept from being done.
    await faults?.end();
    await afterSales?.late();
    const lists = await askForAll(environment, played, afterSales);
    onProgress("the rest of the events");
    await webhooks.deliverAll();
    const snapshots: Snapshots = {
      ledger: await readLedger(environment.ledger),
      books: await readBooks(environment.books),
      answers: answersOf(environment.history, lists),
      webhooks: await readWebhooks(environment, webhooks.endpoints),
      accounts: await readAccounts(environment),
    };
    const violations = check(snapshots, plans.map(orderedBy));
    const seconds = (Date.now() - begun) / 1000;
    const { history } = environment;
    return { simulation, violations, snapshots, history, outages: faults?.outages ?? [], seconds };
  } finally {
    await ending.all();
  }
}

function orderedBy({ number, amount, currency, merchant }: Plan): Ordered {
  return { number, amount, currency, searchable: merchant !== 2 };
}

/** The sessions by their ids, once nothing is under way about them any more. */
async function play(
  environment: Environment,
  plans: readonly Plan[],
  onProgress: Simulation["onProgress"],
): Promise<Map<string, Plan>> {
  const played: Conversation[] = [];
  const step = Math.max(1, Math.round(plans.length / 20));
  await forEach(plans, async (plan) => {
    played.push(await playOne(environment, plan));
    if (played.length % step === 0) onProgress(`${played.length} of ${plans.length} sessions`);
  });
  await untilDelivered(environment);
  for (const conversation of played) await conversation.end();
  return new Map(played.map(({ sessionId, plan }) => [sessionId, plan]));
}

async function playOne(environment: Environment, plan: Plan): Promise<Conversation> {
  const id = await createSession(environment, plan);
  const conversation = new Conversation(environment.history, environment.fleet, plan, id);
  environment.relay.join(conversation);
  await forge(environment, conversation);
  await shop(environment, conversation);
  await readSession(environment, plan, id);
  await conversation.end();
  return conversation;
}

/** One create of so many is sent once more in the end. */
const CREATED_AGAIN_EVERY = 3;

/** Nights pass, and the service finds out what the gateway has paid out. */
async function settleAll(environment: Environment): Promise<void> {
  await Promise.all(environment.merchants.map((merchant) => environment.gateway.letNightsPass(merchant)));
  // Each payment is asked about on one of two days, whenever it was made.
  for (let nights = 0; nights < 2; nights++) await passTime(environment, 24 * 60 + 1);
}

/** Every merchant asks once more for what it created and what became of it, and for all that is listed. */
async function askForAll(
  environment: Environment,
  played: ReadonlyMap<string, Plan>,
  afterSales: AfterSalesDesk | undefined,
): Promise<Lists> {
  await environment.fleet.whole();
  await afterSales?.repeat();
  await settleAll(environment);
  await forEach([...played], async ([id, plan]) => {
    if (plan.number % CREATED_AGAIN_EVERY === 0) await createOnce(environment, plan, plan.creates);
    await readSession(environment, plan, id);
  });
  const all = async <T>(
    list: (world: Environment, merchant: SimulatedMerchant) => Promise<T[]>,
  ): Promise<T[]> =>
    (await Promise.all(environment.merchants.map((merchant) => list(environment, merchant)))).flat();
  return { held: await all(listHeld), payments: await all(listPayments), refunds: await all(listRefunds) };
}
