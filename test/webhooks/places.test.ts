import t from "tap";

import { DeliveryPlaces } from "../../src/webhooks/places.js";
import { until } from "../support/database.js";

const rows = (endpointId: string, count: number) => Array.from({ length: count }, () => ({ endpointId }));

t.test(
  "an endpoint that has never answered has two places, and eight once it has answered quickly",
  async (t) => {
    const places = new DeliveryPlaces({ quick: 100, slow: 100, each: 8 });
    t.equal(places.choose(rows("a", 20)).length, 2);
    const place = places.begin("a");
    t.equal(places.choose(rows("a", 20)).length, 1);
    place.end();
    t.equal(places.choose(rows("a", 20)).length, 8);
  },
);

t.test("requests that take long leave the quick places, and their endpoint falls back to two", async (t) => {
  const places = new DeliveryPlaces({ quick: 4, slow: 3, each: 8 }, 5);
  places.begin("quick").end();
  const dead = ["a", "a", "b", "b"].map((id) => places.begin(id));
  t.equal(places.free, 0, "all are taken for a moment");
  await until("the requests are slow", () => places.free === 4);
  t.equal(places.freeFor("a"), 0);
  t.equal(
    places.freeFor("c"),
    0,
    "with so many slow ones, only endpoints that are known to be quick get places",
  );
  t.equal(places.choose([...rows("c", 5), ...rows("quick", 20)]).length, 4);
  for (const place of dead) place.end();
  t.equal(places.underWay, 0);
  t.equal(places.freeFor("a"), 2);
  t.equal(places.freeFor("c"), 2);
});

t.test("no more than the quick places are given out at once", async (t) => {
  const places = new DeliveryPlaces({ quick: 3, slow: 3, each: 8 });
  const due = [...rows("a", 5), ...rows("b", 5)];
  t.same(
    places.choose(due).map(({ endpointId }) => endpointId),
    ["a", "a", "b"],
  );
});
