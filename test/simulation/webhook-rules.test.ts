import t from "tap";

import { check } from "./checker.js";
import { clean, ORDERS } from "./clean-snapshots.js";
import { findEach, type BrokenSnapshots } from "./broken-snapshots.js";
import { storedEvent } from "./webhooks/clean-webhooks.js";

t.test("an event that is received once more passes", async (t) => {
  const snapshots = clean();
  const { received } = snapshots.webhooks;
  received.push(...structuredClone(received));
  t.same(check(snapshots, ORDERS), []);
});

t.test("an event that no endpoint wants passes without a delivery", async (t) => {
  const snapshots = clean();
  const event = { ...storedEvent(1, "checkout.session.completed", "cs_live"), id: "evt_5", livemode: true };
  snapshots.webhooks.events.push({ ...event, merchant: "mer_c" });
  snapshots.webhooks.read.push({ merchant: "mer_c", id: "evt_5", sequence: 1 });
  snapshots.webhooks.streamed.push({ merchant: "mer_c", id: "evt_5", sequence: 1 });
  t.same(check(snapshots, ORDERS), []);
});

const SPOILED: BrokenSnapshots[] = [
  {
    what: "an event without a delivery",
    rules: ["each event received"],
    spoil: ({ webhooks }) => {
      webhooks.deliveries = webhooks.deliveries.filter(({ event }) => event !== "evt_2");
      webhooks.received = webhooks.received.filter(({ event }) => event !== "evt_2");
    },
  },
  {
    what: "an event that one of its endpoints did not receive",
    rules: ["each event received"],
    spoil: ({ webhooks }) => {
      webhooks.received = webhooks.received.filter(
        ({ event, endpoint }) => event !== "evt_2" || endpoint !== "we_some",
      );
      Object.assign(webhooks.deliveries.at(-2) ?? {}, { status: "pending" });
    },
  },
  {
    what: "an event that a receiver has answered, and forgotten, and that nobody sent again",
    rules: ["each event received"],
    spoil: ({ webhooks }) => webhooks.received.pop(),
  },
  {
    what: "an event that was received, and is still to be sent",
    rules: ["each event received"],
    spoil: ({ webhooks }) => Object.assign(webhooks.deliveries[0] ?? {}, { status: "pending" }),
  },
  {
    what: "a delivery that counts as successful, and was answered with an error",
    rules: ["each event received", "delivered is what was answered"],
    spoil: ({ webhooks }) => webhooks.received.splice(1, 1),
  },
  {
    what: "a delivery that counts as successful, and was never sent",
    rules: ["each event received", "delivered is what was answered"],
    spoil: ({ webhooks }) => webhooks.received.splice(0, 2),
  },
  {
    what: "two deliveries of one event to one endpoint",
    rules: ["one event, one delivery for each endpoint"],
    spoil: ({ webhooks }) =>
      webhooks.deliveries.push({ ...structuredClone(webhooks.deliveries[0]), id: "wd_9" } as never),
  },
  {
    what: "an event that is recorded twice",
    rules: [
      "one event, one delivery for each endpoint",
      "sequences without gaps",
      "events read on once and in order",
    ],
    spoil: ({ webhooks }) => webhooks.events.push(structuredClone(webhooks.events[3]) as never),
  },
  {
    what: "another body under one id",
    rules: ["received bytes stay the same"],
    spoil: ({ webhooks }) => webhooks.received[1] && (webhooks.received[1].bytes = "other bytes"),
  },
  {
    what: "an event that was received, and is not recorded",
    rules: ["nothing received that is not recorded"],
    spoil: ({ webhooks }) => {
      const says = { ...storedEvent(4, "refund.created", "re_a"), id: "evt_9" };
      webhooks.received.push({ ...structuredClone(webhooks.received[0]), event: "evt_9", says } as never);
    },
  },
  {
    what: "an event that was told with another number than it is recorded with",
    rules: ["nothing received that is not recorded"],
    spoil: ({ webhooks }) => webhooks.received[1] && (webhooks.received[1].says.sequence = 7),
  },
  {
    what: "an event that its endpoint does not want",
    rules: ["nothing received that is not recorded"],
    spoil: ({ webhooks }) =>
      webhooks.received.push({ ...structuredClone(webhooks.received[0]), endpoint: "we_some" } as never),
  },
  {
    what: "another merchant's event",
    rules: ["nothing received that is not recorded"],
    spoil: ({ webhooks }) => {
      const { id, livemode, type, object, sequence } = webhooks.events[3] ?? storedEvent(0, "", "");
      const says = { id, livemode, type, object, sequence };
      webhooks.received.push({ ...structuredClone(webhooks.received[0]), event: id, says } as never);
    },
  },
  {
    what: "a request with a wrong signature",
    rules: ["each request signed"],
    spoil: ({ webhooks }) => webhooks.received[0] && (webhooks.received[0].forged = "a wrong signature"),
  },
  {
    what: "an event without a sequence",
    rules: ["sequences without gaps", "nothing received that is not recorded"],
    spoil: ({ webhooks }) => webhooks.events[2] && (webhooks.events[2].sequence = null),
  },
  {
    what: "a sequence that nobody has",
    rules: ["sequences without gaps"],
    spoil: ({ webhooks }) => webhooks.events[3] && (webhooks.events[3].sequence = 2),
  },
  {
    what: "one sequence for two events",
    rules: ["sequences without gaps", "nothing received that is not recorded"],
    spoil: ({ webhooks }) => webhooks.events[2] && (webhooks.events[2].sequence = 2),
  },
  {
    what: "an event that was numbered behind one that had been read",
    rules: ["events read on once and in order"],
    spoil: ({ webhooks }) => webhooks.read.splice(1, 1),
  },
  {
    what: "an event that was read twice",
    rules: ["events read on once and in order"],
    spoil: ({ webhooks }) => webhooks.read.push(structuredClone(webhooks.read[3]) as never),
  },
  {
    what: "events that were read in another order",
    rules: ["events read on once and in order"],
    spoil: ({ webhooks }) => webhooks.read.splice(0, 3, ...webhooks.read.slice(0, 3).toReversed()),
  },
  {
    what: "an event that no stream told",
    rules: ["events read on once and in order"],
    spoil: ({ webhooks }) => webhooks.streamed.splice(1, 1),
  },
  {
    what: "an event that was told again when its stream was opened again",
    rules: ["events read on once and in order"],
    spoil: ({ webhooks }) => webhooks.streamed.splice(2, 0, structuredClone(webhooks.streamed[1]) as never),
  },
];

findEach(clean, SPOILED);
