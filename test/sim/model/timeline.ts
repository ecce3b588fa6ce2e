/** A timeline of callbacks as a heap, for ten years have a million of them. Equal times keep their order. */

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

const isBefore = (left: Entry, right: Entry): boolean =>
  left.time === right.time ? left.order < right.order : left.time < right.time;

export class Timeline {
  private readonly heap: Entry[] = [];
  private order = 0;

  constructor(public now: number) {}

  at(time: number, run: () => void): void {
    const entry = { time: Math.max(time, this.now), order: this.order++, run };
    let place = this.heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      this.heap[place] = above;
      place = parent;
    }
    this.heap[place] = entry;
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  runUntil(end: number): void {
    for (let [first] = this.heap; first !== undefined && first.time <= end; [first] = this.heap) {
      this.removeFirst();
      this.now = first.time;
      first.run();
    }
    this.now = end;
  }

  private removeFirst(): void {
    const last = this.heap.pop() as Entry;
    if (this.heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const right = this.heap[child + 1];
      if (right && isBefore(right, this.heap[child] as Entry)) child += 1;
      const below = this.heap[child];
      if (below === undefined || !isBefore(below, last)) break;
      this.heap[place] = below;
      place = child;
    }
    this.heap[place] = last;
  }
}
