/**
 * The order in which resolvers are asked: as configured, but with those that did not answer at the end.
 *
 * Always true: no resolver is left out; one that did not answer is asked first again by a single question after
 * RETRY_MS, and stays at the end until it answers.
 */

import type { Millis } from '../../../cluster/model/time';
import type { HostPort } from '../facts/cluster-facts';

/** The time for which a resolver that did not answer is tried last. */
export const RETRY_MS: Millis = 30_000;

interface Silence {
  /** The time of the last question without an answer. */
  failedAt: Millis;
  /** The time from which a question may try it first again. */
  retryAt: Millis;
}

/** Resolvers that did not answer. Those that answer have no entry. */
export interface ResolverHistory {
  readonly silent: Map<string, Silence>;
}

export function emptyResolverHistory(): ResolverHistory {
  return { silent: new Map() };
}

/**
 * The resolvers for one question, the one to ask first in front. A silent one whose time has come is in front once: for the
 * next question it is at the end again, unless it has answered by then.
 */
export function resolverOrder<R extends HostPort>(
  state: ResolverHistory,
  resolvers: readonly R[],
  now: Millis,
): R[] {
  if (state.silent.size === 0 || resolvers.length < 2) return [...resolvers];
  const answering: R[] = [];
  const silent: { readonly resolver: R; readonly silence: Silence }[] = [];
  let retried = false;
  for (const resolver of resolvers) {
    const silence = state.silent.get(keyOf(resolver));
    if (silence === undefined) answering.push(resolver);
    else if (!retried && now >= silence.retryAt) {
      silence.retryAt = now + RETRY_MS;
      answering.unshift(resolver);
      retried = true;
    } else silent.push({ resolver, silence });
  }
  silent.sort((left, right) => left.silence.failedAt - right.silence.failedAt);
  return [...answering, ...silent.map(({ resolver }) => resolver)];
}

/** Notes that a resolver did not answer in time, or could not be reached. */
export function resolverFailed(state: ResolverHistory, resolver: HostPort, now: Millis): void {
  state.silent.set(keyOf(resolver), { failedAt: now, retryAt: now + RETRY_MS });
}

/** Notes that a resolver answered. */
export function resolverAnswered(state: ResolverHistory, resolver: HostPort): void {
  state.silent.delete(keyOf(resolver));
}

function keyOf({ host, port }: HostPort): string {
  return `${host} ${port}`;
}
