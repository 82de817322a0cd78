import t from "tap";

import type { LeasedDelivery } from "../../src/webhooks/delivery-attempt.js";
import { LeaseQueue } from "../../src/webhooks/lease-queue.js";

const leased = (id: string, endpoint: string) =>
  ({ delivery: { id }, endpoint: { id: endpoint } }) as LeasedDelivery;

t.test("what waits for an endpoint is taken in order, and counted", (t) => {
  const queue = new LeaseQueue();
  t.equal(queue.next("a"), undefined);
  queue.add(leased("1", "a"), 10);
  queue.add(leased("2", "a"), 20);
  queue.add(leased("3", "b"), 20);
  t.same([queue.size, queue.count("a"), queue.count("b"), queue.count("c")], [3, 2, 1, 0]);
  t.same(queue.endpoints, ["a", "b"]);
  t.equal(queue.next("a")?.delivery.id, "1");
  t.equal(queue.next("a")?.delivery.id, "2");
  t.equal(queue.next("a"), undefined);
  t.same(queue.endpoints, ["b"]);
  t.equal(queue.size, 1);
  t.end();
});

t.test("what has waited too long is taken out, of every endpoint", (t) => {
  const queue = new LeaseQueue();
  queue.add(leased("1", "a"), 10);
  queue.add(leased("2", "a"), 20);
  queue.add(leased("3", "b"), 15);
  t.same(queue.takeOlder(9), []);
  t.same(
    queue.takeOlder(15).map(({ delivery }) => delivery.id),
    ["1", "3"],
  );
  t.equal(queue.size, 1);
  t.equal(queue.next("a")?.delivery.id, "2");
  t.end();
});
