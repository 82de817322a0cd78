import { check, type Finding } from "./checker.js";
import type { Chronicle } from "./chronicle.js";
import { Conversation } from "./conversation.js";
import { forge } from "./forger.js";
import { createOnce, createSession, readSession } from "./merchant.js";
import { Ending } from "./place.js";
import { answersOf, readBooks, readLedger } from "./read-snapshots.js";
import { type EngineName, type Plan, scheduleOf } from "./schedule.js";
import { shop } from "./shopper.js";
import type { Snapshots } from "./snapshots.js";
import { setStage, type Stage } from "./stage.js";

/** Folder of the compiled service itself, as a URL. */
export const SERVICE = new URL("../../src", import.meta.url).href;

/** One simulation. */
export interface Simulation {
  readonly seed: number;
  readonly sessions: number;
  readonly engine: EngineName;
  readonly replicas: number;
  /** Folder of the compiled service, as a URL: the real one, or a copy with a planted bug. */
  readonly service: string;
  readonly server: string | undefined;
  /** Told of the sessions that are done, now and then. */
  readonly onProgress: (done: number) => void;
}

/** What came of it. */
export interface Verdict {
  readonly simulation: Simulation;
  readonly finding: Finding;
  readonly snapshots: Snapshots;
  readonly chronicle: Chronicle;
  readonly seconds: number;
}

/** Runs the schedule of the seed against real processes, lets everything settle, and checks what is left. */
export async function simulate(simulation: Simulation): Promise<Verdict> {
  const begun = Date.now();
  const { seed, sessions, engine, replicas, onProgress } = simulation;
  const ending = new Ending();
  try {
    const stage = await setStage(ending, simulation);
    const plans = scheduleOf(seed, sessions, engine, replicas);
    const ids = await play(stage, plans, onProgress);
    await settle(stage, plans, ids);
    const snapshots: Snapshots = {
      ledger: await readLedger(stage.ledger),
      books: await readBooks(stage.books),
      answers: answersOf(stage.chronicle),
    };
    const finding = check(snapshots, plans);
    const seconds = (Date.now() - begun) / 1000;
    return { simulation, finding, snapshots, chronicle: stage.chronicle, seconds };
  } finally {
    await ending.all();
  }
}

/** So many sessions are under way at once that two cores are busy, and that each replica has several in hand. */
const AT_ONCE = 12;

async function play(
  stage: Stage,
  plans: readonly Plan[],
  onProgress: Simulation["onProgress"],
): Promise<Map<Plan, string>> {
  const ids = new Map<Plan, string>();
  await forEach(plans, async (plan) => {
    ids.set(plan, await playOne(stage, plan));
    onProgress(ids.size);
  });
  return ids;
}

async function playOne(stage: Stage, plan: Plan): Promise<string> {
  const id = await createSession(stage, plan);
  const conversation = new Conversation(stage.chronicle, stage.fleet, plan, id);
  stage.relay.join(conversation);
  await forge(stage, conversation);
  await shop(stage, conversation);
  await readSession(stage, plan, id);
  await conversation.end();
  return id;
}

/** Everybody is up again, and every merchant asks once more for what it created, and what became of it. */
async function settle(stage: Stage, plans: readonly Plan[], ids: Map<Plan, string>): Promise<void> {
  await stage.fleet.whole();
  await forEach(plans, async (plan) => {
    await createOnce(stage, plan, plan.creates);
    await readSession(stage, plan, ids.get(plan) ?? "");
  });
}

async function forEach(plans: readonly Plan[], work: (plan: Plan) => Promise<void>): Promise<void> {
  const waiting = plans.values();
  const lane = async (): Promise<void> => {
    for (const plan of waiting) await work(plan);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
