/** The effects and events of every framework that keeps its state in a store. */

/** A change of a stored variable. */
export interface StoreChange {
  readonly name: string;
  /** JSON text; undefined removes the variable. */
  readonly value: string | undefined;
}

/** Stores all changes or none; answered by `stored` or `store.failed`. */
export interface StoreEffect {
  readonly kind: 'store';
  readonly ticket: number;
  readonly changes: readonly StoreChange[];
}

/** The process can no longer lead. */
export interface ResignEffect {
  readonly kind: 'resign';
  readonly reason: string;
}

/** The answers to a `store` effect. */
export interface StoreEvents {
  stored: { ticket: number };
  'store.failed': { ticket: number; reason: string };
}
