import type { Database } from "../../db/engine/database.js";
import type { Clock } from "../../lib/clock.js";
import type { Log } from "../../lib/log.js";
import type { DelayedTasks } from "./delayed-tasks.js";

/** A test-mode account at the sandbox gateway. */
export interface SandboxAccount {
  readonly secret: string;
  /**
   * The token for the transaction search; it begins with the merchantID and a dot. Undefined: the account has
   * no search.
   */
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
  /**
   * Knows test-mode accounts only: a live `merchantID` is unknown here, so a live form cannot be paid here.
   */
  readonly accounts: { secretOf(merchantID: string): Promise<SandboxAccount | undefined> };
  /**
   * How services register their accounts, and the token they present; undefined if accounts are not
   * registered.
   */
  readonly registration?: {
    readonly token: string;
    register(accounts: readonly RegisteredAccount[]): Promise<void>;
  };
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** The gateway's absolute address in browsers, without a final slash: `http://localhost:8080/sandbox`. */
  readonly publicUrl: () => string;
  /**
   * The path of the gateway's requests in this process: `/sandbox`, or "" if it has the process to itself.
   */
  readonly basePath: string;
}

/** The dependencies of the sandbox's parts. */
export interface SandboxContext extends SandboxOptions {
  readonly later: DelayedTasks;
}

/** The absolute address of a card page. */
export function pageUrl({ publicUrl }: SandboxContext, pageId: string): string {
  return `${publicUrl()}/hosted/${pageId}`;
}
