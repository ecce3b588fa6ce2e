/** The context of REST handlers: what they read and ask, and the outcomes of answers and refusals. */

import type { Clock } from '../../../../cluster/runtime/clock';
import type { Request } from '../../../../cluster/runtime/http/server';
import type { Rights } from '../../../kit/edge/access/authorizer';
import type { RestDoor } from '../../../kit/edge/rest/door';
import { slicedOutcome } from '../../../kit/edge/rest/long-answer';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import type { Slices } from '../../../kit/edge/rest/slices';
import type { JobDefaults } from '../../core/jobs/job';
import type { ApiBase } from '../../core/jobs/names';
import { printRefusal, type Refusal, unknownJob } from '../../core/jobs/refusal';
import type { Zone, ZoneRules } from '../../core/schedule/zone';
import type { ApiAnswer } from '../../core/state/effects';
import type { ChronosEvents } from '../../core/state/events';
import type { JobEntry } from '../../core/state/state';
import type { PrintContext } from '../../views/job-texts';
import type { Pieces, Read } from '../../views/read';
import type { ChangeStream } from '../changes';
import type { ChronosMetrics } from '../metrics';
import type { CachedTexts } from './cached-texts';
import type { SearchIndex } from './search-index';
import type { SortedNames } from './sorted-names';

type Commands = {
  [K in keyof ChronosEvents]: ChronosEvents[K] extends { readonly request: number }
    ? { readonly kind: K } & Omit<ChronosEvents[K], 'request'>
    : never;
};

/** An event of the machine that it answers. */
export type Command = Commands[keyof ChronosEvents];

export interface RestSettings {
  readonly defaults: JobDefaults;
  /** The zone of this machine. */
  readonly serverZone: Zone;
  /** The tasks that `job/stat` shows. */
  readonly historyLimit: number;
  /** Long answers are compressed for those who accept it. */
  readonly isCompressing: boolean;
}

export interface RestContext extends RestDoor {
  readonly settings: RestSettings;
  readonly rules: ZoneRules;
  readonly clock: Clock;
  readonly changes: ChangeStream;
  readonly metrics: ChronosMetrics;
  readonly slices: Slices;
  readonly names: SortedNames;
  readonly texts: CachedTexts;
  readonly printing: PrintContext;
  readonly searchIndex: SearchIndex;
  /** The rights of the sender of a request. */
  rights(request: Request): Rights;
  /** `host:port` of the leader; empty without one. */
  leader(): string;
  read: Read;
  /** Resolves when the changes of the command are durable. */
  ask(command: Command): Promise<ApiAnswer>;
  /** Logs from this level on. */
  setLogLevel(level: 'debug' | 'info' | 'warn' | 'error' | undefined): void;
}

/** A request of one operation. */
export interface Call<Query = Readonly<Record<never, never>>> {
  readonly request: Request;
  readonly base: ApiBase;
  readonly query: Query;
}

export function parameterOf({ request }: Pick<Call, 'request'>, name: string): string {
  const parameters = request.params as Readonly<Record<string, string>>;
  return parameters[name] ?? '';
}

export function refused(refusal: Refusal): Outcome {
  return { status: refusal.status, text: printRefusal(refusal) };
}

/** The outcome of a write, which has no body. */
export function written(answer: ApiAnswer, headers: Readonly<Record<string, string>> = {}): Outcome {
  return answer.ok ? { status: 204, headers } : refused(answer.refusal);
}

/** The outcome of reading one job; an unknown one is refused. */
export function withJob(context: RestContext, name: string, outcome: (entry: JobEntry) => Outcome): Outcome {
  return context.read(({ jobs }) => {
    const entry = jobs.get(name);
    return entry === undefined ? refused(unknownJob(name)) : outcome(entry);
  });
}

/** An answer about all jobs, printed in slices. */
export function sliced(
  { slices, settings: { isCompressing } }: RestContext,
  { request }: Pick<Call, 'request'>,
  pieces: Pieces,
  type?: string,
): Promise<Outcome> {
  return slicedOutcome({ slices, isCompressing }, request, pieces, type);
}
