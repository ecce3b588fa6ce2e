/**
 * The state of a component as a whole, of whichever component: where its election and its variables are in ZooKeeper, and
 * which variables are its own.
 */

import { StartError } from '../runtime/lifecycle';
import { decodeJournal } from './journal';
import { JOURNAL } from './journaled';
import type { StoredValue } from './state-file';

/** The variable with the form of a state, a number that grows when an older program could not read it any more. */
export const FORM_VARIABLE = 'form';

export interface ComponentState {
  readonly component: string;
  /** The node of the state, below the path of the component in ZooKeeper. */
  readonly stateNode: string;
  /** The node below which candidates have theirs; undefined for the path itself. */
  readonly electionNode: string | undefined;
  /** The names of candidates' nodes. */
  readonly candidates: RegExp;
  /** The latest form that this program reads. */
  readonly form: number;
  /** The names of the component's variables. */
  readonly variables: RegExp;
  /** Variables of what is asked of the next leader; they are never saved. */
  readonly requests: ReadonlySet<string>;
  /** Commits may be larger than a transaction of ZooKeeper. */
  readonly isJournaled: boolean;
}

/** The variables to save. Throws where there are none, or those of another component. */
export function savedVariables(
  state: ComponentState,
  variables: readonly StoredValue[],
  place: string,
): StoredValue[] {
  const saved = withJournal(variables).filter(({ name }) => !state.requests.has(name));
  if (saved.length === 0) throw new StartError(`${place} has no state: see --work_dir or --zk`);
  checkVariables(state, saved, place);
  return saved;
}

/** Throws when a variable is not one of the component. */
export function checkVariables(
  { component, variables: own }: ComponentState,
  variables: readonly StoredValue[],
  place: string,
): void {
  const foreign = variables.find(({ name }) => !own.test(name));
  if (foreign === undefined) return;
  throw new StartError(
    `${place} has no state of ${component}: ${JSON.stringify(foreign.name)} is no variable of it`,
  );
}

/** Throws for a state of a later form, which an older program would not read. */
export function checkForm(
  { component, form }: ComponentState,
  variables: readonly StoredValue[],
  place: string,
): void {
  const later = variables.find(({ name, value }) => name === FORM_VARIABLE && !(Number(value) <= form));
  if (later === undefined) return;
  throw new StartError(
    `${place} was written by a newer ${component}: it has form ${later.value}, and this one reads up to form ${form}`,
  );
}

/** The variables after a large commit that is stored as a journal, and perhaps applied in part. */
function withJournal(variables: readonly StoredValue[]): StoredValue[] {
  const values = new Map(variables.map(({ name, value }) => [name, value]));
  const journal = values.get(JOURNAL);
  if (journal === undefined) return [...variables];
  values.delete(JOURNAL);
  for (const { name, value } of decodeJournal(journal)) {
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  return [...values].map(([name, value]) => ({ name, value }));
}
