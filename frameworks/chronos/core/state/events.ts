/** The events of Chronos: changes of jobs, commands, updates of tasks, and the answers to its effects. */

import type { Stamped, Unstamped, Woke } from '../../../../cluster/model/event';
import type { SessionEvents } from '../../../kit/core/session/effects';
import type { StoreEvents } from '../../../kit/core/turn/effects';
import type { JobReading } from '../jobs/read-job';
import type { TaskUpdate } from '../runs/task-state';
import type { StoredText } from './stored';

export interface ChronosEvents extends StoreEvents, SessionEvents {
  /** The stored variables of an earlier life, or of the leader before. */
  started: { readonly stored: readonly StoredText[] };
  'job.put': {
    readonly request: number;
    readonly reading: JobReading;
    /** A definition that was sent before changes nothing, and starts nothing. */
    readonly onlyIfChanged?: boolean;
  };
  'job.delete': { readonly request: number; readonly name: string };
  'job.start': { readonly request: number; readonly name: string; readonly arguments: string };
  'job.succeed': { readonly request: number; readonly name: string };
  'job.kill': { readonly request: number; readonly name: string };
  'job.pause': { readonly request: number; readonly name: string; readonly reason: string };
  'job.resume': { readonly request: number; readonly name: string };
  /** All runs that wait are dropped. */
  'runs.drop': { readonly request: number };
  /** An offer that fits a run that waits for one. */
  'run.placed': {
    readonly runId: string;
    readonly offerId: string;
    readonly agentId: string;
    readonly hostname: string;
    /** `http://HOST:PORT` of the agent. */
    readonly agentUrl?: string | undefined;
    readonly frameworkId?: string | undefined;
  };
  'task.update': { readonly taskId: string; readonly update: TaskUpdate };
  /** The callback of an asynchronous job. */
  'task.callback': { readonly request: number; readonly taskId: string; readonly statusCode: number };
  /** A task of a data job has processed so many elements more. */
  'task.elements': {
    readonly request: number;
    readonly name: string;
    readonly taskId: string;
    readonly elements: number;
  };
  /** The last lines of the output of a task. */
  'task.output': { readonly taskId: string; readonly output: string };
  /** The time was set forward, so slots may be due before their timer. */
  'clock.jumped': object;
  woke: Woke;
}

export type ChronosEvent = Stamped<ChronosEvents>;
export type NewChronosEvent = Unstamped<ChronosEvents>;
