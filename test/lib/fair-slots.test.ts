import * as fc from "fast-check";
import t from "tap";

import { FairSlots, type Slot } from "../../src/lib/fair-slots.js";
import { signal } from "../support/database.js";

const LIMITS = { total: 4, each: 2 };

const placeOf = (text: string): Slot => ({ scope: text.charAt(0), name: text });

/** Work that ends when it is told to. */
function begin(places: FairSlots, text: string): () => void {
  const end = signal();
  places.begin(placeOf(text), () => end.given);
  return end.give;
}

t.test("of one owner's work only so much is chosen, and of all of it only so much", async (t) => {
  const places = new FairSlots(LIMITS);
  t.same(places.choose(["a1", "a2", "a3", "b1", "c1", "d1"], placeOf), ["a1", "a2", "b1", "c1"]);
  t.same(places.choose([], placeOf), []);
});

t.test("what is under way is not chosen again, and keeps its place until it ends", async (t) => {
  const places = new FairSlots(LIMITS);
  t.notOk(places.isFull());
  const endFirst = begin(places, "a1");
  const endSecond = begin(places, "a2");
  t.ok(places.isFull());
  t.same(places.fullScopes(), ["a"]);
  t.same(places.choose(["a1", "a3", "b1"], placeOf), ["b1"]);
  const ended = places.oneEnded();
  endSecond();
  await ended;
  t.same(places.fullScopes(), []);
  t.same(places.choose(["a1", "a3", "b1"], placeOf), ["a3", "b1"]);
  const all = places.allEnded();
  endFirst();
  await all;
  t.same(places.choose(["a1"], placeOf), ["a1"]);
});

t.test("nobody gets more than its share, whatever is due", async () => {
  const rows = fc.array(fc.stringMatching(/^[a-d][0-9]$/), { maxLength: 40 });
  fc.assert(
    fc.property(rows, rows, (first, second) => {
      const places = new FairSlots(LIMITS);
      for (const text of places.choose(first, placeOf)) begin(places, text);
      const begun = places.choose(second, placeOf);
      for (const text of begun) begin(places, text);
      const more = places.choose(
        Array.from({ length: 40 }, (_, index) => `${"abcd".charAt(index % 4)}${index}+`),
        placeOf,
      );
      for (const text of more) begin(places, text);
      return places.isFull() && places.choose(["e1"], placeOf).length === 0;
    }),
  );
});
