/** Background work that no request waits for. */
export interface DelayedTasks {
  /** Starts `work` after `afterMs` milliseconds. It handles its own errors. */
  start(afterMs: number, work: () => Promise<void>): void;
  /** Waits for running work and drops the rest. */
  close(): Promise<void>;
}

export function createDelayedTasks(): DelayedTasks {
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  return {
    start(afterMs, work) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        const run = work().finally(() => running.delete(run));
        running.add(run);
      }, afterMs);
      timers.add(timer);
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await Promise.allSettled(running);
    },
  };
}
