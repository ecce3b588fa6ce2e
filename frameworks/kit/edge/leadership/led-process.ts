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
  /** Gives the lead up by order. Another process may lead now; a process alone begins another term. */
  readonly abdicate: (reason: string) => void;
}

/** The types of a process: those of its machine, its parts, and the parts of a term. */
export interface LedTypes {
  readonly State: unknown;
  readonly Event: { kind: string; at: Millis };
  readonly Effect: { kind: string };
  readonly Boot: unknown;
  readonly Parts: unknown;
  readonly Term: unknown;
}

type MachineOf<T extends LedTypes> = Machine<T['State'], T['Event'], T['Effect'], T['Boot']>;
type Opened<T extends LedTypes> = OpenProcess<T['State'], T['Event'], T['Effect'], T['Boot'], T['Parts']>;

export interface LedPlan<T extends LedTypes> {
  readonly machine: MachineOf<T>;
  readonly endText: string;
  readonly parts: (context: ProcessContext<T['State'], T['Event']>) => T['Parts'] | Promise<T['Parts']>;
  readonly server: (parts: T['Parts'], standing: () => Standing) => ServerPlan;
  /** Undefined where one process has the state for itself. */
  readonly election: ElectionPlan | undefined;
  /** Our `host:port`, once we listen. */
  readonly address: (parts: T['Parts']) => string;
  /** Makes the parts of a term, from the store. */
  readonly term: (parts: T['Parts'], context: TermContext) => Promise<T['Term']>;
  readonly boot: (parts: T['Parts'], term: T['Term']) => T['Boot'];
  readonly performers: (parts: T['Parts'], term: T['Term']) => Performers<T['Effect']>;
  /** Begins the work of a term. */
  readonly start: (parts: T['Parts'], term: T['Term'], life: Lifetime) => void;
  /** A term is over; the state is forgotten. */
  readonly ended: (parts: T['Parts'], reason: string) => void;
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
  abdicate: (reason: string) => void;
  /** A term could not begin. */
  failed: (error: unknown) => void;
}

/** Starts a process. Without an election it serves when this resolves. */
export function startLedProcess<T extends LedTypes>(
  deps: ProcessDeps,
  plan: LedPlan<T>,
): Promise<Running & { readonly parts: T['Parts'] }> {
  return Lifetime.start(async (life) => {
    const lead: Lead = {
      standing: () => STARTING,
      leave: () => undefined,
      abdicate: () => undefined,
      failed: () => undefined,
    };
    const opened: Opened<T> = await openProcess(
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

function termsOf<T extends LedTypes>(
  deps: ProcessDeps,
  plan: LedPlan<T>,
  { parts, core }: Opened<T>,
  lead: Lead,
): Terms<AnyMandate> {
  return new Terms<AnyMandate>({
    log: deps.log,
    failed: (error) => lead.failed(error),
    ended: (reason) => plan.ended(parts, reason),
    begin: async (mandate, life, isOver) => {
      const resign = (reason: string): void => (isOver() ? undefined : lead.leave(reason));
      const abdicate = (reason: string): void => (isOver() ? undefined : lead.abdicate(reason));
      const term = await plan.term(parts, { life, mandate, resign, abdicate });
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
  lead.abdicate = lead.leave;
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
  lead.abdicate = (reason) => {
    void terms.end(reason);
    void terms.begin({ kind: 'alone' });
  };
  await terms.begin({ kind: 'alone' });
  if (failure) throw failure.error;
  lead.failed = (error) => end(`the term cannot begin: ${errorText(error)}`);
  lead.standing = () => standingOf({ kind: 'leading' }, terms.serves);
}

/** The leader of the election serves when its term has begun. */
function standingOf(standing: Standing, isServing: boolean): Standing {
  if (standing.kind !== 'leading' || isServing) return standing;
  return { kind: 'none', reason: 'this one was elected, and is reading the state' };
}
