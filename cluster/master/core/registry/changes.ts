/**
 * Changes of the registry, and their continuations once they are stored. Both are plain data instead of functions, so
 * that they can be recorded with the state.
 */

import type { Call as OperatorCall } from '../../../api/generated/master';
import type { AgentId } from '../../../model/ids';
import type { Registration, Reregistration } from '../read/agent-report';
import type { RegistryChange } from './record';

/** The continuations by kind; recovery/recovery.ts has what each does. */
export interface Continuations {
  elected: object;
  registered: {
    readonly agentId: AgentId;
    readonly report: Registration;
  };
  reregistered: {
    readonly agentId: AgentId;
    readonly report: Reregistration;
    readonly from: ReturnFrom;
  };
  unreachable: { readonly agentId: AgentId; readonly reason: string };
  removed: { readonly agentId: AgentId; readonly reason: string; readonly cause: RemovalCause };
  /** The end of a drain that was to give the agent up. */
  gone: { readonly agentId: AgentId };
  drained: { readonly agentId: AgentId };
  pruned: { readonly unreachable: readonly string[]; readonly gone: readonly string[] };
  /** An operator's call, which waits for its answer; its row in operator-calls/list.ts says what follows. */
  'operator.call': {
    readonly request: number;
    readonly call: OperatorCall;
    /** Keys of machines under maintenance before the change or after it, when the call is about them. */
    readonly machines: readonly string[];
  };
}

/** The continuation once a change is stored, as data (recovery/recovery.ts runs it). */
export type Continuation = {
  [K in keyof Continuations]: { readonly kind: K } & Continuations[K];
}[keyof Continuations];

export type ContinuationOf<K extends keyof Continuations> = Extract<Continuation, { readonly kind: K }>;

/** The list of the registry in which a returning agent was: admitted (`registry`), unreachable, or none. */
export type ReturnFrom = 'registry' | 'unreachable' | 'unknown';

/** The counter of a removal, `slave_removals/reason_...`. Mesos has none for machines that an operator takes down. */
export type RemovalCause = 'registered' | 'unregistered' | 'operator';

/** A change with its continuation (`RegistryOperation` in Mesos). */
export interface Operation {
  readonly change: RegistryChange;
  readonly next: Continuation;
}
