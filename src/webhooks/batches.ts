/** What waits to be written together with others. */
interface Waiting<Item> {
  readonly item: Item;
  readonly done: () => void;
}

/**
 * Writes items in batches: while one batch is written, the next one gathers. So many items cost few transactions, and
 * a lone one waits for nothing.
 */
export class Batches<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  readonly #max: number;
  readonly #waiting: Waiting<Item>[] = [];
  #writing = false;

  /** `write` must handle its own errors. */
  constructor(max: number, write: (items: readonly Item[]) => Promise<void>) {
    this.#max = max;
    this.#write = write;
  }

  /** Resolves when the item's batch is written. */
  add(item: Item): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ item, done });
      if (!this.#writing) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    // What ends in this turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#max);
      await this.#write(batch.map(({ item }) => item));
      for (const { done } of batch) done();
    }
    this.#writing = false;
  }
}
