/**
 * Work that several wait for and that is done once. It is ended when none of them waits any more.
 */

interface Shared<T> {
  readonly result: Promise<T>;
  readonly end: AbortController;
  waiters: number;
}

export class SharedWork<T> {
  private readonly all = new Map<string, Shared<T>>();

  /** Begins the work of this name, or joins in. Rejects when the caller's signal ends the wait. */
  async join(name: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const shared = this.all.get(name) ?? this.begin(name, begin);
    shared.waiters++;
    let leave = (): void => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([shared.result, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      shared.waiters--;
      if (shared.waiters === 0) await this.abandon(name, shared);
    }
  }

  private begin(name: string, work: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const end = new AbortController();
    const result = work(end.signal);
    // Whoever waits hears of it.
    result.catch(() => undefined);
    const shared = { result, end, waiters: 0 };
    this.all.set(name, shared);
    return shared;
  }

  /** The last one who waits sees it end, so that nothing of it is left. */
  private async abandon(name: string, shared: Shared<T>): Promise<void> {
    if (this.all.get(name) === shared) this.all.delete(name);
    shared.end.abort(new Error('nobody waits for it any more'));
    await shared.result.catch(() => undefined);
  }
}
