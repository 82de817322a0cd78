import type { Database } from "../../db/engine/database.js";
import type { Clock } from "../../lib/clock.js";
import type { Log } from "../../lib/log.js";
import type { DelayedTasks } from "./delayed-tasks.js";

/** A test-mode account at the sandbox gateway. */
export interface SandboxAccount {
  readonly secret: string;
  /** Lets in to the transaction search; it begins with the merchantID and a dot. Undefined: nothing does. */
  readonly restToken: string | undefined;
  /** Shown to the shopper. */
  readonly merchantName: string;
  readonly countryCode: string;
}

/** An account under its `merchantID`, as a service registers it. */
export interface RegisteredAccount extends SandboxAccount {
  readonly merchantID: string;
}

/** What the sandbox gateway is built from. */
export interface SandboxOptions {
  /** Knows test-mode accounts only: a live `merchantID` is a stranger here, so a live form cannot be paid here. */
  readonly accounts: { secretOf(merchantID: string): Promise<SandboxAccount | undefined> };
  /** Where services tell which accounts there are, and what they have to show; undefined where nobody does. */
  readonly registration?: {
    readonly token: string;
    register(accounts: readonly RegisteredAccount[]): Promise<void>;
  };
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** The gateway's absolute address as browsers see it, without a slash at the end: `http://localhost:8080/sandbox`. */
  readonly publicUrl: () => string;
  /** The path below which requests arrive in this process: `/sandbox`, or "" where the gateway has it to itself. */
  readonly basePath: string;
}

/** What its parts work with. */
export interface SandboxContext extends SandboxOptions {
  readonly later: DelayedTasks;
}

/** The address of a card page, absolute. */
export function pageUrl({ publicUrl }: SandboxContext, pageId: string): string {
  return `${publicUrl()}/hosted/${pageId}`;
}
