import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import mysql from "mysql2/promise";

import { createTestMerchant, testConfig } from "../support/app.js";
import { tablesOnServer } from "../support/servers/copied-tables.js";
import type { Config } from "../../src/start/config.js";

/** A contender's own database, with a merchant in it. */
export interface BenchPlace {
  /** Undefined: the embedded file in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  /** In base64. */
  readonly secretsKey: string;
  readonly merchantId: string;
  /** A live key of the merchant. */
  readonly key: string;
  readonly testKey: string;
  /** Its account at the gateway. */
  readonly gatewayMerchantId: string;
  readonly gatewaySecret: string;
}

/** A new database on this server, or a new file where there is no server; and how to be rid of it. */
export async function openPlace(
  server: string | undefined,
): Promise<BenchPlace & { remove(): Promise<void> }> {
  const made = server === undefined ? newFolder() : await newSchema(server);
  const secretsKey = randomBytes(32).toString("base64");
  const config = configOf({ ...made, secretsKey });
  const { id, liveKey, testKey, live } = await createTestMerchant(config);
  return {
    ...made,
    secretsKey,
    merchantId: id,
    key: liveKey,
    testKey,
    gatewayMerchantId: live.gatewayMerchantId,
    gatewaySecret: live.secret,
  };
}

/** How the service is started at such a place: as its defaults have it, on free ports. */
export function configOf({
  url,
  dataDir,
  secretsKey,
}: Pick<BenchPlace, "url" | "dataDir" | "secretsKey">): Config {
  const engine = { name: url === undefined ? "sqlite" : "mysql", place: { url, dataDir } } as const;
  return testConfig(engine, { secretsKey: Buffer.from(secretsKey, "base64"), logLevel: "info" });
}

function newFolder() {
  const dataDir = mkdtempSync(path.join(tmpdir(), "bench-"));
  const remove = (): Promise<void> => Promise.resolve(rmSync(dataDir, { recursive: true, force: true }));
  return { url: undefined, dataDir, remove };
}

async function newSchema(server: string) {
  const name = `bench_${randomBytes(6).toString("hex")}`;
  const tell = async (statements: string): Promise<void> => {
    const connection = await mysql.createConnection({ uri: server, multipleStatements: true });
    await connection.query(statements);
    await connection.end();
  };
  // Among the tests, a copy of tables that are there already: to migrate takes a second.
  const tables = await tablesOnServer();
  await tell(`create database ${name}; use ${name}; ${tables?.create ?? ""}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, dataDir: "", remove: () => tell(`drop database ${name}`) };
}
