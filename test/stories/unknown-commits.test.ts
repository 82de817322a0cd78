import t, { type Test } from "tap";

import { onMysql, type TestEngine, until } from "../support/database.js";
import { HELD, holdPayment, type HeldStory } from "../support/held.js";
import { type DatabaseRelay, openDatabaseRelay } from "../support/database-relay.js";

/** A call that changes something once and for good, and what another caller does that comes to the same. */
interface Case {
  readonly what: string;
  readonly path: (story: HeldStory) => string;
  readonly method: "POST" | "DELETE";
  readonly body?: object;
  readonly byAnother: string;
  readonly refused: number;
}

const CASES: readonly Case[] = [
  {
    what: "an expiry",
    path: ({ session }) => `/v1/checkout/sessions/${session.id}/expire`,
    method: "POST",
    byAnother: "update checkout_session set status = 'expired'",
    refused: 400,
  },
  {
    what: "the deletion of a customer",
    path: () => "/v1/customers/cus_abc123",
    method: "DELETE",
    byAnother: "update customer set deleted_at = 1",
    refused: 404,
  },
  {
    what: "the acceptance of a held payment",
    path: ({ id }) => `${HELD}/${id}/resolve`,
    method: "POST",
    body: { resolution: "accept" },
    byAnother: "update gateway_result set resolution = 'accept', resolved_at = 1",
    refused: 400,
  },
  {
    what: "the dismissal of a held payment",
    path: ({ id }) => `${HELD}/${id}/resolve`,
    method: "POST",
    body: { resolution: "dismiss", note: "n" },
    byAnother: "update gateway_result set resolution = 'dismiss', note = 'n', resolved_at = 1",
    refused: 400,
  },
];

for (const { what, path, method, body, byAnother, refused } of CASES) {
  await onMysql(t, `${what} whose COMMIT was answered by nobody is its caller's own`, async (t, engine) => {
    const relay = await openDatabaseRelay(t, engine.place.url ?? "");
    const story = await holdOver(t, engine, relay);
    relay.loseNextCommit();
    const { status } = await story.app.call(method, path(story), story.mine.liveKey, body);
    t.equal(status, 200);
    const again = await story.app.call(method, path(story), story.mine.liveKey, body);
    t.equal(again.status, refused, "and is done once");
  });

  await onMysql(
    t,
    `${what} that another has done, while a COMMIT got lost, is not taken for its caller's own`,
    async (t, engine, admin) => {
      const relay = await openDatabaseRelay(t, engine.place.url ?? "");
      const story = await holdOver(t, engine, relay);
      relay.dropNextCommit(() => admin.query(byAnother));
      const { status } = await story.app.call(method, path(story), story.mine.liveKey, body);
      t.equal(status, refused);
    },
  );
}

/** A held payment, over a relay on which the background work has no COMMIT to lose. */
async function holdOver(t: Test, engine: TestEngine, { url }: DatabaseRelay): Promise<HeldStory> {
  const never = 3_600_000;
  const pauses = {
    sweep: never,
    reconcile: never,
    resume: never,
    settle: never,
    number: never,
    sweepEvents: never,
    deliver: never,
  };
  const story = await holdPayment(t, { ...engine, place: { ...engine.place, url } }, undefined, { pauses });
  // What happened before the start is numbered at the start.
  await until("the start's COMMIT is over", async () => {
    const sql = "SELECT id FROM event WHERE type = 'customer.created' AND sequence IS NULL";
    const unnumbered: unknown[] = await story.app.db.manager.query(sql);
    return unnumbered.length === 0;
  });
  return story;
}
