/**
 * The refusal of a request, as the API words it: one entry per path, several errors per path.
 */

import type { Problem } from './read';

/** One broken rule, with the path of the member that breaks it. */
export interface Finding {
  readonly path: string;
  readonly error: string;
}

export interface Violation {
  readonly path: string;
  readonly errors: readonly string[];
}

/** A refusal with its exact status and body. */
export interface ApiFailure {
  readonly status: number;
  readonly body: object;
}

/** Groups single findings by path, in order of appearance. */
export function byPath(findings: readonly Finding[]): Violation[] {
  const paths = new Map<string, string[]>();
  for (const { path, error } of findings) paths.set(path, [...(paths.get(path) ?? []), error]);
  return [...paths].map(([path, errors]) => ({ path, errors }));
}

/**
 * JSON that cannot be read. `errors` has Marathon's codes, which programs know; `messages`, which the original does
 * not have, says the same in sentences about the app or group of this id.
 */
export function invalidJson(problems: readonly Problem[], id?: string): ApiFailure {
  const details = byPath(problems).map(({ path, errors }) => ({
    path,
    errors,
    messages: problems.filter((problem) => problem.path === path).map((problem) => sentence(problem, id)),
  }));
  return { status: 422, body: { message: 'Invalid JSON', details } };
}

function sentence({ path, clause }: Problem, id: string | undefined): string {
  return `${id === undefined ? '' : `${id}: `}${path} ${clause}.`;
}

export function notValid(details: readonly Violation[]): ApiFailure {
  return { status: 422, body: { message: 'Object is not valid', details } };
}

export function failure(status: number, message: string): ApiFailure {
  return { status, body: { message } };
}

/** True for a refusal. */
export function isFailure(value: unknown): value is ApiFailure {
  return value !== null && typeof value === 'object' && 'status' in value && 'body' in value;
}
