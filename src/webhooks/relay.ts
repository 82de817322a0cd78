import type { CheckoutContext } from "../checkout/context.js";
import { type FanOut, numberEvents } from "../checkout/events/number-events.js";
import { type DeleteWithEvents, sweepEvents } from "../checkout/events/sweep-events.js";
import { type BackgroundJob, runRepeatedly } from "../lib/background-job.js";

/** What is written and deleted together with events. */
export interface RelayedRows {
  /** Writes what follows from events in the transaction that numbers them. */
  readonly fanOut: FanOut;
  /** Deletes what belongs to events in the transaction that deletes them. */
  readonly deleteWithEvents: DeleteWithEvents;
}

/** Milliseconds between two rounds of the relay. */
export interface RelayPauses {
  /** How soon a committed event gets its sequence. */
  readonly number: number;
  /** How soon events that are no longer kept are deleted. */
  readonly sweepEvents: number;
}

/** Gives committed events their sequences, and deletes old ones, until it is stopped. */
export function runRelay(
  checkout: CheckoutContext,
  pauses: RelayPauses,
  { fanOut, deleteWithEvents }: RelayedRows,
  failed: (what: string) => (error: unknown, inARow: number) => void,
): BackgroundJob[] {
  return [
    runRepeatedly(
      pauses.number,
      (signal) => numberEvents(checkout, signal, fanOut),
      failed("events could not be numbered"),
    ),
    runRepeatedly(
      pauses.sweepEvents,
      (signal) => sweepEvents(checkout, signal, deleteWithEvents),
      failed("old events could not be deleted"),
    ),
  ];
}
