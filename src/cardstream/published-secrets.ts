/**
 * Secrets that the vendor prints in guides and sample code. Every reader can sign a success with them, so a
 * live account must not use one.
 */
const PUBLISHED_SECRETS: ReadonlySet<string> = new Set([
  "Circle4Take40Idea",
  "DontTellAnyone",
  "3obzOxdqw6e1u",
  "Threeds2Test60System",
  "Engine0Milk12Next",
  "m3rch4nts1gn4tur3k3y",
  "pass",
]);

/** True for a secret that is published. */
export function isPublishedSecret(secret: string): boolean {
  return PUBLISHED_SECRETS.has(secret);
}
