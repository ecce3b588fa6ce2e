/**
 * Long work done in slices of a few milliseconds, so that the process goes on with everything else.
 *
 * Always true: if there is room, the first slice runs before `run` returns, so that small work is not
 * delayed. At most `activeMax` pieces of work are under way, and those that wait have not begun.
 */

/** The longest time of one slice, in ms: a ping or a launch waits for at most one. */
const SLICE_MS = 5;
/** Number of pieces of work under way; each keeps in memory what it has made so far. */
const ACTIVE_MAX = 4;

export interface SlicedWorkOptions {
  readonly sliceMs?: number;
  readonly activeMax?: number;
  /** For tests. */
  readonly now?: () => number;
  readonly later?: (next: () => void) => void;
}

interface Job {
  readonly key: string | undefined;
  readonly begin: () => Generator<void, unknown>;
  readonly wanted: (() => boolean)[];
  readonly began: (() => void)[];
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  work: Generator<void, unknown> | undefined;
}

export interface Work<T> {
  /** Begins the work when it is its turn; the data that it is about is collected then. */
  readonly begin: () => Generator<void, T>;
  /** Work with the same key that has not begun yet is done once for all callers. */
  readonly key?: string;
  /** Called right before `begin`, for each caller. */
  readonly began?: () => void;
  /** True while a caller still waits; work that nobody waits for is given up. */
  readonly isWanted?: () => boolean;
}

export class SlicedWork {
  private readonly active: Job[] = [];
  private readonly waiting: Job[] = [];
  private scheduled = false;
  private stopped = false;

  constructor(private readonly options: SlicedWorkOptions = {}) {}

  /** Does the work; resolves with undefined when it was given up. Rejects when it throws. */
  run<T>({ begin, key, began = () => undefined, isWanted = () => true }: Work<T>): Promise<T | undefined> {
    if (this.stopped) return Promise.resolve(undefined);
    const same = key === undefined ? undefined : this.waiting.find((job) => job.key === key);
    if (same) {
      same.wanted.push(isWanted);
      same.began.push(began);
      return same.promise as Promise<T | undefined>;
    }
    const { promise, resolve, reject } = promiseParts();
    const callers = { wanted: [isWanted], began: [began] };
    const job: Job = { key, begin, ...callers, promise, resolve, reject, work: undefined };
    if (this.active.length >= (this.options.activeMax ?? ACTIVE_MAX)) this.waiting.push(job);
    else this.start(job);
    this.schedule();
    return promise as Promise<T | undefined>;
  }

  /** Gives up all work. */
  stop(): void {
    this.stopped = true;
    for (const job of [...this.active.splice(0), ...this.waiting.splice(0)]) job.resolve(undefined);
  }

  private start(job: Job): void {
    this.active.push(job);
    this.slice(job);
  }

  /** Runs one slice of a job; a finished job leaves the list. */
  private slice(job: Job): void {
    const { now = () => performance.now(), sliceMs = SLICE_MS } = this.options;
    const end = now() + sliceMs;
    try {
      if (!job.wanted.some((isWanted) => isWanted())) return this.finish(job, undefined);
      job.work ??= open(job);
      do {
        const { done, value } = job.work.next();
        if (done) return this.finish(job, value);
      } while (now() < end);
    } catch (error) {
      this.leave(job);
      job.reject(error);
    }
  }

  private finish(job: Job, value: unknown): void {
    this.leave(job);
    job.resolve(value);
  }

  private leave(job: Job): void {
    const index = this.active.indexOf(job);
    if (index >= 0) this.active.splice(index, 1);
  }

  private schedule(): void {
    if (this.scheduled || this.stopped || this.active.length + this.waiting.length === 0) return;
    this.scheduled = true;
    const { later = setImmediate } = this.options;
    later(() => {
      this.scheduled = false;
      this.turn();
      this.schedule();
    });
  }

  /** Runs one slice of the first job and puts it last. */
  private turn(): void {
    const job = this.active.shift();
    if (job) {
      this.active.push(job);
      this.slice(job);
    }
    const room = this.active.length < (this.options.activeMax ?? ACTIVE_MAX);
    const next = room && !this.stopped ? this.waiting.shift() : undefined;
    if (next) this.start(next);
  }
}

function open({ began, begin }: Job): Generator<void, unknown> {
  for (const tell of began) tell();
  return begin();
}

function promiseParts() {
  let resolve: (value: unknown) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<unknown>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
