/**
 * First in, first out, at the same cost however many wait. An array's own `shift` moves all the others.
 */

/** So many taken places are kept before the rest is moved down. */
const TAKEN_MAX = 1024;

export class Queue<T> {
  private items: (T | undefined)[] = [];
  private taken = 0;

  get size(): number {
    return this.items.length - this.taken;
  }

  add(item: T): void {
    this.items.push(item);
  }

  /** The one that waits longest; undefined when none does. */
  take(): T | undefined {
    const item = this.items[this.taken];
    if (this.taken === this.items.length) return undefined;
    this.items[this.taken++] = undefined;
    if (this.taken === this.items.length || (this.taken > TAKEN_MAX && this.taken * 2 > this.items.length)) {
      this.items = this.items.slice(this.taken);
      this.taken = 0;
    }
    return item;
  }
}
