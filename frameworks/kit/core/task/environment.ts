/** Environments of tasks as lists of variables, and the rules for variables of one name. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { secretReference } from './labels';

export type Variable = mesos.Environment.Variable;

export function variablesOf(values: Readonly<Record<string, string>>): Variable[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** A variable whose value the agent reads from the secret store. */
export function secretVariable(name: string, source: string): Variable {
  return { name, type: 'SECRET', secret: secretReference(source) };
}

/** One variable for each name: the last one, in the place of the first. */
export function lastOfEachName(variables: readonly Variable[]): Variable[] {
  return [...new Map(variables.map((variable) => [variable.name, variable])).values()];
}

/** One variable for each name: the first one. */
export function firstOfEachName(variables: readonly Variable[]): Variable[] {
  const names = new Set<string>();
  return variables.filter(({ name }) => !names.has(name) && names.add(name));
}
