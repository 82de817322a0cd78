import t from "tap";

import {
  CALLBACKS,
  DECISIONS,
  type EngineName,
  type Plan,
  REDIRECTS,
  SHOPPERS,
  TAMPERINGS,
  TROUBLES,
} from "./plan.js";
import { scheduleOf } from "./schedule.js";

const setting = (engine: EngineName, changes: { seed?: number; sessions?: number; lost?: number } = {}) => ({
  seed: 7,
  sessions: 300,
  engine,
  replicas: 2,
  lost: 10,
  ...changes,
});

t.test("the same seed makes the same schedule, another seed another one", async (t) => {
  // As texts: to compare two long lists takes tap a while.
  const [one, same, other] = [7, 7, 8].map((seed) => JSON.stringify(scheduleOf(setting("server", { seed }))));
  t.equal(one, same);
  t.not(one, other);
});

t.test("as many payments lose callback and return as was asked for", async (t) => {
  const lost = scheduleOf(setting("embedded", { sessions: 2000, lost: 30 })).filter(
    ({ callback, redirect }) => callback === "dropped" && redirect === "lost",
  );
  // A few more lose both by chance.
  t.ok(lost.length > 540 && lost.length < 700, `${lost.length}`);
});

for (const engine of ["embedded", "server"] as const) {
  t.test(`300 sessions meet everything that ${engine} can have`, async (t) => {
    const plans = scheduleOf(setting(engine, { seed: 1 }));
    const met = (kindOf: (plan: Plan) => string): string[] => [...new Set(plans.map(kindOf))].toSorted();
    t.same(
      met(({ callback }) => callback),
      Object.keys(CALLBACKS).toSorted(),
    );
    t.same(
      met(({ redirect }) => redirect),
      Object.keys(REDIRECTS).toSorted(),
    );
    t.same(
      met(({ tampering }) => tampering),
      Object.keys(TAMPERINGS).toSorted(),
    );
    t.same(
      met(({ shopper }) => shopper),
      Object.keys(SHOPPERS).toSorted(),
    );
    t.same(
      met(({ decision }) => decision),
      Object.keys(DECISIONS).toSorted(),
    );
    t.same(new Set(met(({ trouble }) => trouble ?? "none")), new Set(["none", ...TROUBLES[engine]]));
  });
}
