import type { Loose } from "../support/reflection.js";

/** A place in a JSON value: the object or list that holds it, and its key there. */
export interface Place {
  readonly holder: Loose;
  readonly key: string | number;
}

/** Every place inside a value, from the outside in. */
export function placesIn(value: Loose): Place[] {
  const places: Place[] = [];
  const follow = (holder: Loose): void => {
    if (holder === null || typeof holder !== "object") return;
    const keys: (string | number)[] = Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder);
    for (const key of keys) {
      places.push({ holder, key });
      follow(holder[key]);
    }
  };
  follow(value);
  return places;
}
