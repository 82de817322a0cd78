import type { Field } from "./fields.js";

/**
 * Every sale is captured at once, whatever the account's default is (Cardstream guide A-9): an account that delays
 * captures would approve payments whose money never comes, since this service captures nothing by itself.
 */
export const CAPTURE_NOW: Field = ["captureDelay", "0"];
