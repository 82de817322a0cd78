import t from "tap";

import { CALLBACKS, REDIRECTS, scheduleOf, SHOPPERS, TAMPERINGS, TROUBLES } from "./schedule.js";

t.test("the same seed makes the same schedule, another seed another one", async (t) => {
  t.same(scheduleOf(7, 300, "mariadb", 2), scheduleOf(7, 300, "mariadb", 2));
  t.notSame(scheduleOf(7, 300, "mariadb", 2), scheduleOf(8, 300, "mariadb", 2));
});

for (const engine of ["embedded", "mariadb"] as const) {
  t.test(`300 sessions meet everything that ${engine} can have`, async (t) => {
    const plans = scheduleOf(1, 300, engine, 2);
    const met = (kindOf: (plan: (typeof plans)[number]) => string): string[] => [
      ...new Set(plans.map(kindOf)),
    ];
    t.same(met(({ callback }) => callback).toSorted(), Object.keys(CALLBACKS).toSorted());
    t.same(met(({ redirect }) => redirect).toSorted(), Object.keys(REDIRECTS).toSorted());
    t.same(met(({ tampering }) => tampering).toSorted(), Object.keys(TAMPERINGS).toSorted());
    t.same(met(({ shopper }) => shopper).toSorted(), Object.keys(SHOPPERS).toSorted());
    t.same(new Set(met(({ trouble }) => trouble ?? "none")), new Set(["none", ...TROUBLES[engine]]));
  });
}
