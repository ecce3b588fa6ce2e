/**
 * A first-in first-out queue whose cost does not grow with its length.
 *
 * The `shift` of an array moves all the other items.
 */

/** Number of taken items that stay in the array before the rest is moved down. */
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

  /** Takes the oldest item; undefined when there is none. */
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
