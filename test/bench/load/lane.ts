/** Makes one call, waits for its answer and checks it; rejects where the answer is not what it must be. */
export type Lane = () => Promise<void>;

/** Lanes to one server, each of which makes one call at a time. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  close(): void;
}
