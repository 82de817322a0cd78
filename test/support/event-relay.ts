import { createEventFeed, FEED_TIMES } from "../../src/checkout/event-feed.js";
import { type FanOut, numberEvents } from "../../src/checkout/events/number-events.js";
import type { Database } from "../../src/db/engine/database.js";
import { migrate } from "../../src/db/migrate.js";
import type { NewEvent } from "../../src/db/tables/events.js";
import type { MerchantScope } from "../../src/domain/merchant-scope.js";
import { asSharedClock } from "../../src/lib/clock.js";
import { newId } from "../../src/lib/ids.js";
import { entities, migrations } from "../../src/start/schema.js";
import { silent, type TestEngine } from "./database.js";
import { copyTables } from "./servers/copied-tables.js";

/** An empty database with the tables of the service. */
export async function openEvents(engine: TestEngine): Promise<Database> {
  await copyTables({ databaseUrl: engine.place.url, dataDir: engine.place.dataDir });
  const db = await engine.open({ entities, migrations });
  await migrate(db);
  return db;
}

/** What a test may replace of a relay. */
interface RelayParts {
  readonly killed?: boolean;
  readonly fanOut?: FanOut;
  readonly clock?: { now(): number };
}

/** A relay of a process of its own. A killed one dies when all is written but the COMMIT. */
export function relay(
  db: Database,
  { killed = false, fanOut = async () => undefined, clock }: RelayParts = {},
) {
  const feed = createEventFeed(db, silent, FEED_TIMES);
  const checkpoint = async (): Promise<void> => {
    if (killed) throw new Error("killed");
  };
  const parts = { db, clock: clock === undefined ? db.clock : asSharedClock(clock), feed, checkpoint };
  return async (): Promise<number> => await numberEvents(parts, new AbortController().signal, fanOut);
}

/** New events of a merchant and mode. */
export function someEvents({ merchantId, livemode }: MerchantScope, count: number): NewEvent[] {
  return Array.from({ length: count }, () => ({
    id: newId("evt", Date.now()),
    merchantId,
    livemode,
    type: "customer.created" as const,
    objectId: "cus_1",
    object: {},
    requestId: null,
    idempotencyKeySealed: null,
    createdAt: Date.now(),
  }));
}
