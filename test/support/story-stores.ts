import type { Test } from "tap";

import type { Config } from "../../src/start/config.js";
import type { DatabaseOptions } from "../../src/db/data-source.js";
import { createLog } from "../../src/lib/log.js";
import { openStore, type Store } from "../../src/start/store.js";

type Place = Pick<DatabaseOptions, "url" | "dataDir">;

/** What a story has opened, and the configuration that it was opened with. */
interface Opened {
  readonly secretsKey: Config["secretsKey"];
  readonly store: Promise<Store>;
}

/** The stores of the stories under way, by their places; undefined until one is wanted. */
const stores = new Map<string, Opened | undefined>();

/**
 * Has what a story does beside its service, before that starts and while it runs, use one store: to open one costs as
 * much as most stories do. It is closed when the story ends.
 */
export function shareStore(t: Pick<Test, "teardown">, place: Place): void {
  const name = nameOf(place);
  stores.set(name, undefined);
  t.teardown(async () => {
    const opened = stores.get(name);
    stores.delete(name);
    await (await opened?.store)?.db.close();
  });
}

/** Works with the store of the story of this place, or with one of its own where no story shares such a one. */
export async function withStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  const shared = sharedStore(config);
  if (shared !== undefined) return await work(await shared);
  const store = await openStore(config, createLog("silent"));
  try {
    return await work(store);
  } finally {
    await store.db.close();
  }
}

/** The store of the story of this place; undefined where there is none, or its secrets have another key. */
export function sharedStore(config: Config): Promise<Store> | undefined {
  const { databaseUrl: url, dataDir, secretsKey } = config;
  const name = nameOf({ url, dataDir });
  if (!stores.has(name)) return undefined;
  const opened = stores.get(name) ?? { secretsKey, store: openStore(config, createLog("silent")) };
  stores.set(name, opened);
  return opened.secretsKey === secretsKey ? opened.store : undefined;
}

function nameOf({ url, dataDir }: Place): string {
  return url ?? dataDir;
}
