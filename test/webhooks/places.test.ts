import { setTimeout as sleep } from "node:timers/promises";

import t from "tap";

import { DeliveryPlaces } from "../../src/webhooks/places.js";
import { until } from "../support/database.js";

t.test(
  "an endpoint that has never answered has two places, eight once it has, and then one more each time",
  (t) => {
    const places = new DeliveryPlaces({ quick: 100, slow: 100, each: 10 });
    t.equal(places.freeFor("a"), 2);
    t.equal(places.aheadFor("a"), 0, "nothing waits for one that may be dead");
    const place = places.begin("a");
    t.equal(places.freeFor("a"), 1);
    place.end(true);
    t.equal(places.freeFor("a"), 8);
    t.equal(places.aheadFor("a"), 64, "eight for each place, where it answers at once");
    for (let answer = 0; answer < 5; answer++) places.begin("a").end(true);
    t.equal(places.freeFor("a"), 10, "but no more than the limit of each");
    t.end();
  },
);

t.test("an endpoint that answers with a failure falls back to two places", (t) => {
  const places = new DeliveryPlaces({ quick: 100, slow: 100, each: 10 });
  places.begin("a").end(true);
  places.begin("a").end(false);
  t.equal(places.freeFor("a"), 2);
  t.equal(places.aheadFor("a"), 0);
  t.end();
});

t.test("no more waits for an endpoint than it answers in half a second", async (t) => {
  const places = new DeliveryPlaces({ quick: 100, slow: 100, each: 10 });
  const place = places.begin("a");
  await sleep(125); // Its answer takes so long: that is what is measured.
  place.end(true);
  const ahead = places.aheadFor("a");
  t.ok(ahead > 0 && ahead <= 8 * (500 / 125) + 1, `${ahead} for eight places`);
});

t.test("while half of the quick places are taken, no endpoint has more than eight", (t) => {
  const places = new DeliveryPlaces({ quick: 40, slow: 3, each: 32 });
  for (let answer = 0; answer < 40; answer++) places.begin("a").end(true);
  t.equal(places.freeFor("a"), 32);
  for (let request = 0; request < 20; request++) places.begin("a");
  t.equal(places.freeFor("a"), 0);
  places.begin("b").end(true);
  t.equal(places.freeFor("b"), 8);
  t.end();
});

t.test("requests that take long leave the quick places, and their endpoint falls back to two", async (t) => {
  const places = new DeliveryPlaces({ quick: 4, slow: 3, each: 8 }, 5);
  places.begin("quick").end(true);
  const dead = ["a", "a", "b", "b"].map((id) => places.begin(id));
  t.equal(places.free, 0, "all are taken for a moment");
  await until("the requests are slow", () => places.free === 4);
  t.equal(places.freeFor("a"), 0);
  t.equal(
    places.freeFor("c"),
    0,
    "with so many slow ones, only endpoints that are known to be quick get places",
  );
  t.equal(places.freeFor("quick"), 4);
  for (const place of dead) place.end(true);
  t.equal(places.underWay, 0);
  t.equal(places.freeFor("a"), 2);
  t.equal(places.freeFor("c"), 2);
});

t.test("no more than the quick places are given out at once", async (t) => {
  const places = new DeliveryPlaces({ quick: 3, slow: 3, each: 8 });
  places.begin("a");
  places.begin("a");
  t.equal(places.freeFor("b"), 1);
  places.begin("b");
  t.equal(places.freeFor("b"), 0);
  t.equal(places.freeFor("c"), 0);
});
