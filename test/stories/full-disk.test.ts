import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import mysql from "mysql2/promise";
import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { type RestartableDatabase, startRestartable } from "../support/servers/private-server.js";
import { anOrder } from "../support/orders.js";
import { callback, type Session, stored } from "../support/results.js";

const FOLLOWS_WITHIN_MS = 5_000;

/** A small disk that a story may fill; undefined where the system lets nobody mount one. */
function mountDisk(t: Test, megabytes: number): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), "calmony-pay-disk-"));
  t.teardown(() => rmdirSync(folder));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  t.teardown(() => execFileSync("umount", ["--lazy", folder]));
  return folder;
}

/** Takes what room there is. */
function fill(folder: string): void {
  for (let bytes = 1024 * 1024; bytes >= 1024; bytes /= 2) {
    for (let i = 0; ; i++) {
      try {
        writeFileSync(path.join(folder, `filler-${bytes}-${i}`), Buffer.alloc(bytes, 1), { flag: "wx" });
      } catch {
        break; // Full, for a file of this size.
      }
    }
  }
}

function empty(folder: string): void {
  execFileSync("find", [folder, "-name", "filler-*", "-delete"]);
}

/** A service whose disk fills up under load, and has room again. */
async function tell(t: Test, disk: string, server?: RestartableDatabase): Promise<void> {
  const url = server === undefined ? undefined : `${server.url}/pay`;
  const name = url === undefined ? "sqlite" : "mysql";
  const config = testConfig({ name, place: { url, dataDir: disk } });
  const mine = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const create = () => app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
  const first = (await create()).json as Session;
  const body = signedBody(paidMessage(first, mine.live.gatewayMerchantId), mine.live.secret);
  fill(disk);
  const acknowledged = new Set<string>([first.id]);
  const refused = await until("there is no room left", async () => {
    const answer = await create();
    if (answer.status === 200) acknowledged.add(answer.json.id);
    return answer.status === 200 ? false : answer;
  });
  if (refused === false) return;
  t.match([refused.status, refused.json.error], [503, { code: "service_unavailable" }]);
  t.ok(refused.headers.get("retry-after"));
  const full = performance.now();
  await until("the service is not ready", async () => !(await isReady(app)));
  t.ok(performance.now() - full < FOLLOWS_WITHIN_MS);
  // MySQL ends itself where its redo log finds no room; what starts it again is no part of this service.
  const hasEnded = () => server?.hasEnded() === true;
  const reads = async () =>
    (await app.call("GET", `/v1/checkout/sessions/${first.id}`, mine.liveKey)).status === 200;
  await until("it reads, or there is no server any more", async () => hasEnded() || (await reads()));
  const told = (await callback(app, body)).status;
  t.ok(told === 503 || told === 200, `${told}: what is there may have room for one more`);
  empty(disk);
  if (hasEnded()) await server?.start();
  const roomy = performance.now();
  await until("the service is ready again", () => isReady(app));
  t.ok(performance.now() - roomy < FOLLOWS_WITHIN_MS);
  t.equal((await callback(app, body)).status, 200);
  t.match(await stored(app), { intents: 1 });
  for (const id of acknowledged)
    t.equal((await app.call("GET", `/v1/checkout/sessions/${id}`, mine.liveKey)).status, 200);
}

async function isReady(app: TestApp): Promise<boolean> {
  return (await fetch(`${app.local}/readyz`)).status === 200;
}

const WITHOUT_ROOT = "only root may mount a disk that can be filled";

await t.test("a full disk is told as such, and forgotten once it has room: the embedded file", async (t) => {
  const disk = mountDisk(t, 4);
  if (disk === undefined) return t.pass(WITHOUT_ROOT);
  return tell(t, disk);
});

await t.test("a full disk is told as such, and forgotten once it has room: a server", async (t) => {
  // MySQL's data directory is 100 MB from the start, MariaDB's a third of it.
  const disk = mountDisk(t, 192);
  if (disk === undefined) return t.pass(WITHOUT_ROOT);
  const settings = ["--loose-innodb-log-file-size=8M"];
  const server = await startRestartable(t, { folder: disk, settings });
  const admin = await mysql.createConnection(server.url);
  await admin.query("create database pay");
  await admin.end();
  return tell(t, disk, server);
});
