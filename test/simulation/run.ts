import { AfterSalesDesk } from "./after-sales.js";
import { check, checkSoFar } from "./checker.js";
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
  /** True where the simulation ends as soon as it has found what nothing later can mend. */
  readonly endsEarly?: boolean;
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
    const { group, onProgress, endsEarly = false } = simulation;
    const faults = group && (await GroupFaults.start(environment, group, onProgress));
    const course = {
      simulation,
      environment,
      plans: scheduleOf(simulation),
      played: new Map(),
      webhooks,
      faults,
    };
    const orders = course.plans.map(orderedBy);
    const verdictOf = (snapshots: Snapshots, violations: Violation[]): Verdict => {
      const seconds = (Date.now() - begun) / 1000;
      const { history } = environment;
      return { simulation, violations, snapshots, history, outages: faults?.outages ?? [], seconds };
    };
    for (const step of stepsOf(course)) {
      await step();
      if (!endsEarly) continue;
      const snapshots = await readSoFar(environment);
      const found = checkSoFar(snapshots, orders);
      if (found.length > 0) return verdictOf(snapshots, found);
    }
    const snapshots = await readInTheEnd(course);
    return verdictOf(snapshots, check(snapshots, orders));
  } finally {
    await ending.all();
  }
}

/** What takes part in a simulation. */
interface Course {
  readonly simulation: Simulation;
  readonly environment: Environment;
  readonly plans: readonly Plan[];
  /** The plans by their sessions, once nothing is under way about them any more. */
  readonly played: Map<string, Plan>;
  readonly webhooks: SimulatedWebhooks;
  readonly faults: GroupFaults | undefined;
}

/** All that happens, one after the other. */
function stepsOf(course: Course): (() => Promise<void>)[] {
  const { simulation, environment, played, webhooks, faults } = course;
  const { onProgress, sessions } = simulation;
  const afterSales = simulation.afterSales ? new AfterSalesDesk(environment, played) : undefined;
  return [
    async () => void (await Promise.all([play(course), faults?.causeAll(sessions)])),
    async () => {
      onProgress("after the sale");
      await webhooks.rollSecrets();
      await afterSales?.charge();
    },
    async () => await afterSales?.capture(),
    async () => {
      await causeTrouble(environment);
      await afterSales?.refundEarly();
    },
    async () => {
      onProgress("the days after");
      await Promise.all([
        liveOn(environment, (session) => played.get(session)),
        faults?.cause("planned switch"),
      ]);
      if (faults !== undefined) await passTime(environment, 1); // For what the last fault has kept from being done.
      await faults?.end();
    },
    async () => await afterSales?.late(),
    async () => {
      await environment.fleet.whole();
      await afterSales?.repeat();
      await settleAll(environment);
    },
  ];
}

/** Before its end nobody asks for lists, and events are still on their way. */
async function readSoFar({ history, books, ledger }: Environment): Promise<Snapshots> {
  const answers = answersOf(history, { held: [], payments: [], refunds: [] });
  const deliveries = [...answers.deliveries];
  return {
    answers: { ...answers, deliveries },
    books: await readBooks(books),
    ledger: await readLedger(ledger),
    webhooks: { events: [], deliveries: [], endpoints: [], received: [], read: [], streamed: [] },
    accounts: [],
  };
}

async function readInTheEnd({ simulation, environment, played, webhooks }: Course): Promise<Snapshots> {
  const lists = await askForAll(environment, played);
  simulation.onProgress("the rest of the events");
  await webhooks.deliverAll();
  return {
    ledger: await readLedger(environment.ledger),
    books: await readBooks(environment.books),
    answers: answersOf(environment.history, lists),
    webhooks: await readWebhooks(environment, webhooks.endpoints),
    accounts: await readAccounts(environment),
  };
}

function orderedBy({ number, amount, currency, merchant }: Plan): Ordered {
  return { number, amount, currency, searchable: merchant !== 2 };
}

async function play({ simulation, environment, plans, played }: Course): Promise<void> {
  const conversations: Conversation[] = [];
  const step = Math.max(1, Math.round(plans.length / 20));
  await forEach(plans, async (plan) => {
    conversations.push(await playOne(environment, plan));
    const { length } = conversations;
    if (length % step === 0) simulation.onProgress(`${length} of ${plans.length} sessions`);
  });
  await untilDelivered(environment);
  for (const conversation of conversations) await conversation.end();
  for (const { sessionId, plan } of conversations) played.set(sessionId, plan);
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

const DAY = 24 * 60 + 1;

/** Less than two days: an authorization that is about to lapse is told of that long before. */
const WARNED_WITHIN = 47 * 60;

/** Nights pass, and the service finds out what the gateway has paid out. */
async function settleAll(environment: Environment): Promise<void> {
  await Promise.all(environment.merchants.map((merchant) => environment.gateway.letNightsPass(merchant)));
  // In the end every authorization has lapsed, and each payment was asked about, which is on one of two days.
  for (const minutes of [DAY, WARNED_WITHIN, WARNED_WITHIN, DAY]) await passTime(environment, minutes);
}

/** Every merchant asks once more for what it created and what became of it, and for all that is listed. */
async function askForAll(environment: Environment, played: ReadonlyMap<string, Plan>): Promise<Lists> {
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
