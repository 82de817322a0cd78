import type { Conversation } from "./conversation.js";

/** A rude neighbour in the database, who holds locks that the service needs. */
export interface LockHolder {
  /** Takes the lock; what is answered then holds it for a while and gives it back. */
  holdTooLong(conversation: Conversation): Promise<() => Promise<void>>;
  /** Prepares half of a deadlock; what is answered then closes the circle. */
  deadlock(conversation: Conversation): Promise<() => Promise<void>>;
}
