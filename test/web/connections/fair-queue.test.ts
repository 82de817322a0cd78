import { Socket } from "node:net";

import t from "tap";

import { AddressUse, Connection } from "../../../src/web/connections/connection.js";
import { FairQueue } from "../../../src/web/connections/fair-queue.js";
import { until } from "../../support/database.js";

t.test("an address with many connections keeps another waiting for one of its requests", async (t) => {
  const begun = await beginAll(connectionsOf(new AddressUse("192.0.2.1", false), 100));
  t.ok(begun.indexOf("other") <= 1, `it was number ${begun.indexOf("other")}`);
});

t.test("connections of a proxy are of many clients, and take turns with those of others", async (t) => {
  const begun = await beginAll(connectionsOf(new AddressUse("192.0.2.1", true), 10));
  t.equal(begun.indexOf("other"), 10, "each has had one turn");
});

t.test(
  "of one address the connection that asks for little goes before those that ask for much",
  async (t) => {
    const queue = new FairQueue();
    const [much, little] = connectionsOf(new AddressUse("192.0.2.1", false), 2);
    if (much === undefined || little === undefined) throw new Error("there are two");
    for (let asked = 0; asked < 20; asked++) queue.mayBegin(much, "call");
    const begun: string[] = [];
    for (let asked = 0; asked < 5; asked++) queue.add(much, () => begun.push("much"));
    queue.add(little, () => begun.push("little"));
    await until("all have begun", () => begun.length === 6);
    t.equal(begun[0], "little");
  },
);

t.test("a probe begins at once, up to ten a second of one connection", async (t) => {
  const queue = new FairQueue();
  const [flood, probing] = connectionsOf(new AddressUse("192.0.2.1", false), 2);
  if (flood === undefined || probing === undefined) throw new Error("there are two");
  let begun = false;
  queue.add(flood, () => (begun = true));
  const may = Array.from({ length: 11 }, () => queue.mayBegin(probing, "probe"));
  t.same(may, [...Array<boolean>(10).fill(true), false]);
  t.notOk(queue.mayBegin(probing, "call"));
  await until("the other begins", () => begun);
});

t.test("a turn is short where connections arrive, so that the event loop accepts the next", async (t) => {
  const queue = new FairQueue();
  const [connection] = connectionsOf(new AddressUse("192.0.2.1", false), 1);
  if (connection === undefined) throw new Error("there is one");
  let begun = 0;
  for (let asked = 0; asked < 100; asked++) queue.add(connection, () => spin(0.5, () => begun++));
  queue.connectionArrived();
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(begun <= 3, `${begun} were begun in a millisecond`);
  await until("all have begun", () => begun === 100);
});

t.test("what waits of a connection that has ended is dropped, and others have their turn", async (t) => {
  const queue = new FairQueue();
  const [gone, stays] = connectionsOf(new AddressUse("192.0.2.1", false), 2);
  if (gone === undefined || stays === undefined) throw new Error("there are two");
  const begun: string[] = [];
  for (let asked = 0; asked < 5; asked++) queue.add(gone, () => begun.push("gone"));
  queue.drop(gone);
  for (let asked = 0; asked < 5; asked++) queue.add(gone, () => begun.push("gone"));
  queue.add(stays, () => begun.push("stays"));
  queue.drop(gone);
  queue.drop(gone);
  await until("the other begins", () => begun.length > 0);
  t.same(begun, ["stays"]);
  t.ok(queue.mayBegin(gone, "call"), "nothing is counted as waiting any more");
});

/** Works for so many milliseconds. */
function spin(ms: number, done: () => void): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
  done();
}

/**
 * Has each connection put off five requests, and then one of another address one. Answers with the order in
 * which they begin.
 */
async function beginAll(connections: readonly Connection[]): Promise<string[]> {
  const queue = new FairQueue();
  const begun: string[] = [];
  for (const connection of connections) {
    for (let asked = 0; asked < 5; asked++) queue.add(connection, () => begun.push("flood"));
  }
  for (const other of connectionsOf(new AddressUse("192.0.2.2", false), 1))
    queue.add(other, () => begun.push("other"));
  await until("all have begun", () => begun.length === connections.length * 5 + 1);
  return begun;
}

function connectionsOf(use: AddressUse, count: number): Connection[] {
  return Array.from({ length: count }, () => new Connection(new Socket(), false, use, new FairQueue(), 0));
}
