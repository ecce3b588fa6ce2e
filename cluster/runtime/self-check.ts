/**
 * Checks now and then, while a process serves, that the state of its machine has all that the headers call always true.
 *
 * A violation is logged and counted, and the process serves on. The check may be what is wrong, and a process that ended
 * would meet the same events again after its restart; what cannot be trusted at all is what throws (see mailbox.ts).
 *
 * Always true: checks take at most 1 % of the time, and a state that takes longer than 50 ms is checked once an hour.
 */

import { performance } from 'node:perf_hooks';
import { errorText } from '../model/error-text';
import type { Logger } from './log';

/** Events between two checks: enough that a check of a small state costs nothing beside them. */
export const CHECK_EVENTS = 1000;
/** A check that took a millisecond is followed by 99 without one. */
const REST_FACTOR = 99;
/** The longest check that may come back after such a rest: whoever asks meanwhile waits for it. */
const PAUSE_MS_MAX = 50;
const LARGE_STATE_REST_MS = 3_600_000;
/** Violations that one log line names. */
const LOGGED_MAX = 5;

export interface SelfCheckOptions<State> {
  /** The machine, as log lines call it. */
  readonly name: string;
  readonly check: (state: State) => readonly string[];
  readonly log: Logger;
  readonly now?: () => number;
}

export class SelfCheck<State> {
  /** All violations that checks of this run have seen. */
  violations = 0;
  private events = 0;
  private restUntil = 0;
  private logged = '';
  private readonly now: () => number;

  constructor(private readonly options: SelfCheckOptions<State>) {
    this.now = options.now ?? (() => performance.now());
  }

  /** Called between two events; checks when it is time. */
  handled(state: State): void {
    if (++this.events < CHECK_EVENTS) return;
    const began = this.now();
    if (began < this.restUntil) return;
    this.events = 0;
    this.report(this.violationsOf(state));
    const ended = this.now();
    const took = ended - began;
    this.restUntil = ended + (took > PAUSE_MS_MAX ? LARGE_STATE_REST_MS : took * REST_FACTOR);
  }

  /** A check that throws met a state of a form that nothing should have: that is a violation, too. */
  private violationsOf(state: State): readonly string[] {
    try {
      return this.options.check(state);
    } catch (error) {
      return [`the check failed: ${errorText(error)}`];
    }
  }

  /** Logs what is new: the same violations are in the log once, and their end is told. */
  private report(violations: readonly string[]): void {
    const { name, log } = this.options;
    this.violations += violations.length;
    const text = violations.slice(0, LOGGED_MAX).join('; ');
    if (text === this.logged) return;
    this.logged = text;
    if (text === '') log.info({ machine: name }, 'invariants hold again');
    else log.error({ machine: name, violations: violations.length, text }, VIOLATED);
  }
}

const VIOLATED =
  'invariants are violated: the process goes on; restart it to rebuild its state, and report this';
