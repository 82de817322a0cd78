/** Lets a loop sleep until there is something to do. A wake-up while it is awake counts for its next sleep. */
export class Wake {
  #woken = false;
  #end: (() => void) | undefined;

  up(): void {
    this.#woken = true;
    this.#end?.();
  }

  /** Sleeps until a wake-up, and no longer than `milliseconds`. */
  async within(milliseconds: number): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        timer.unref();
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#end = undefined;
    this.#woken = false;
  }
}
