/**
 * A process whose machine runs in terms: while it leads, if it shares its state with others, and else for its whole life.
 *
 * The parts and the server are there from the start to the end; the machine, and the parts of a term, come and go with the
 * lead. Without an election the first term begins with the process, and its end is the end of the process.
 */

import { errorText } from '../../../../cluster/model/error-text';
import type { Machine } from '../../../../cluster/model/event';
import type { Millis } from '../../../../cluster/model/time';
import { Lifetime, type Running } from '../../../../cluster/runtime/lifecycle';
import type { Performers } from '../../../../cluster/runtime/mailbox';
import {
  type OpenProcess,
  openProcess,
  type ProcessContext,
  type ProcessDeps,
  runMachine,
  type ServerPlan,
} from '../../../../cluster/runtime/process';
import type { ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { Election, type Mandate } from './election';
import type { Standing } from './standing';
import { Terms } from './terms';

/** A mandate without an election. */
export type Alone = { readonly kind: 'alone' };

/** The surroundings of a term. */
export interface TermContext {
  /** Stops of the parts of this term. */
  readonly life: Lifetime;
  readonly mandate: Mandate | Alone;
  /** Gives the lead up: the term cannot go on by itself. */
  readonly resign: (reason: string) => void;
}

export interface LedPlan<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
  Parts,
  Term,
> {
  readonly machine: Machine<State, Event, Effect, Boot>;
  readonly endText: string;
  readonly parts: (context: ProcessContext<State, Event>) => Parts;
  readonly server: (parts: Parts, standing: () => Standing) => ServerPlan;
  /** Undefined where one process has the state for itself. */
  readonly election: ElectionPlan | undefined;
  /** Our `host:port`, once we listen. */
  readonly address: (parts: Parts) => string;
  /** Makes the parts of a term, from the store. */
  readonly term: (parts: Parts, context: TermContext) => Promise<Term>;
  readonly boot: (parts: Parts, term: Term) => Boot;
  readonly performers: (parts: Parts, term: Term) => Performers<Effect>;
  /** Begins the work of a term. */
  readonly start: (parts: Parts, term: Term, life: Lifetime) => void;
  /** A term is over; the state is forgotten. */
  readonly ended: (parts: Parts, reason: string) => void;
}

export interface ElectionPlan {
  readonly url: ZkUrl;
  readonly path: string;
  readonly sessionTimeoutMs: number;
}

/** The standing of the process, and its way out of the lead. Both are set once there is somebody to ask. */
interface Lead {
  standing: () => Standing;
  leave: (reason: string) => void;
  /** A term could not begin. */
  failed: (error: unknown) => void;
}

/** Starts a process. Without an election it serves when this resolves. */
export function startLedProcess<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
  Parts,
  Term,
>(
  deps: ProcessDeps,
  plan: LedPlan<State, Event, Effect, Boot, Parts, Term>,
): Promise<Running & { readonly parts: Parts }> {
  return Lifetime.start(async (life) => {
    const lead: Lead = { standing: () => STARTING, leave: () => undefined, failed: () => undefined };
    const opened = await openProcess<State, Event, Effect, Boot, Parts>(
      deps,
      {
        endText: plan.endText,
        parts: plan.parts,
        server: (parts) => plan.server(parts, () => lead.standing()),
      },
      life,
    );
    const terms = termsOf(deps, plan, opened, lead);
    const { parts, context } = opened;
    if (plan.election) {
      const election = standForElection(
        deps,
        { ...plan.election, address: plan.address(parts) },
        terms,
        lead,
      );
      life.add(() => election.stop());
    }
    life.add(() => terms.stop());
    if (!plan.election) await leadAlone(terms, lead, context.end);
    return { parts };
  });
}

const STARTING: Standing = { kind: 'none', reason: 'it is starting' };

type AnyMandate = Mandate | Alone;

function termsOf<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
  Parts,
  Term,
>(
  deps: ProcessDeps,
  plan: LedPlan<State, Event, Effect, Boot, Parts, Term>,
  { parts, core }: OpenProcess<State, Event, Effect, Boot, Parts>,
  lead: Lead,
): Terms<AnyMandate> {
  return new Terms<AnyMandate>({
    log: deps.log,
    failed: (error) => lead.failed(error),
    ended: (reason) => plan.ended(parts, reason),
    begin: async (mandate, life, isOver) => {
      const resign = (reason: string): void => (isOver() ? undefined : lead.leave(reason));
      const term = await plan.term(parts, { life, mandate, resign });
      if (isOver()) throw new Error('the lead was lost meanwhile');
      const mailbox = runMachine(deps, core, {
        machine: plan.machine,
        boot: plan.boot(parts, term),
        perform: plan.performers(parts, term),
        onBroken: (error) => resign(error.stack ?? error.message),
      });
      const close = async (): Promise<void> => {
        core.close();
        await mailbox.stop();
      };
      // The last stop to be added runs first: nothing happens in a term that is over.
      try {
        plan.start(parts, term, life);
      } finally {
        life.add(close);
      }
    },
  });
}

function standForElection(
  { clock, log }: ProcessDeps,
  place: ElectionPlan & { readonly address: string },
  terms: Terms<AnyMandate>,
  lead: Lead,
): Election {
  const election: Election = new Election({
    ...place,
    clock,
    log,
    elected: (mandate) => void terms.begin(mandate),
    deposed: (reason) => void terms.end(reason),
  });
  lead.leave = (reason) => election.leave(reason);
  lead.failed = (error) => election.leave(`the term cannot begin: ${errorText(error)}`);
  lead.standing = () => standingOf(election.standing(), terms.serves);
  return election;
}

/** Leads for the whole life of the process. A failure at the beginning is one of the start. */
async function leadAlone(terms: Terms<AnyMandate>, lead: Lead, end: (reason: string) => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  lead.failed = (error) => {
    failure = { error };
  };
  lead.leave = end;
  await terms.begin({ kind: 'alone' });
  if (failure) throw failure.error;
  lead.standing = () => standingOf({ kind: 'leading' }, terms.serves);
}

/** The leader of the election serves when its term has begun. */
function standingOf(standing: Standing, isServing: boolean): Standing {
  if (standing.kind !== 'leading' || isServing) return standing;
  return { kind: 'none', reason: 'this one was elected, and is reading the state' };
}
