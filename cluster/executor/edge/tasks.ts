/**
 * The tasks of an executor as its performers see them: containers of the agent for an executor in the agent's process, a
 * program of its own for one that is a process.
 */

import type { ExecutorEffect } from '../core/events';

type Effect<Kind extends ExecutorEffect['kind']> = Omit<Extract<ExecutorEffect, { kind: Kind }>, 'kind'>;

export interface Tasks {
  run(effect: Effect<'run'>): void;
  nest(effect: Effect<'nest'>): void;
  adopt(effect: Effect<'adopt'>): void;
  signal(effect: Effect<'signal'>): void;
  check(effect: Effect<'check'>): void;
  /** Ends what would not outlive the executor. */
  stop(): Promise<void>;
}

export type RunEffect = Effect<'run'>;
export type NestEffect = Effect<'nest'>;
export type AdoptEffect = Effect<'adopt'>;
export type SignalEffect = Effect<'signal'>;
export type CheckEffect = Effect<'check'>;
