/**
 * Why a request is refused, as the API words it: one entry per path, several errors per path.
 */

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
export function byPath(found: readonly { readonly path: string; readonly error: string }[]): Violation[] {
  const paths = new Map<string, string[]>();
  for (const { path, error } of found) paths.set(path, [...(paths.get(path) ?? []), error]);
  return [...paths].map(([path, errors]) => ({ path, errors }));
}

export function invalidJson(found: readonly { readonly path: string; readonly error: string }[]): ApiFailure {
  return { status: 422, body: { message: 'Invalid JSON', details: byPath(found) } };
}

export function notValid(details: readonly Violation[]): ApiFailure {
  return { status: 422, body: { message: 'Object is not valid', details } };
}

export function failure(status: number, message: string): ApiFailure {
  return { status, body: { message } };
}

/** Whether something is a refusal. */
export function isFailure(value: unknown): value is ApiFailure {
  return value !== null && typeof value === 'object' && 'status' in value && 'body' in value;
}
