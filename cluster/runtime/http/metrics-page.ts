/**
 * The endpoint `/metrics/snapshot`.
 *
 * All numbers are there at once, so a `timeout` is checked and has no other effect.
 */

import { durationError } from '../../model/time';
import { queryOf, sendJson, sendText } from './json';
import type { Handler } from './server';

export function metricsPage(metrics: () => Record<string, number>): Handler {
  return (request, reply) => {
    const { timeout } = queryOf(request);
    const wrong = timeout === undefined ? undefined : durationError(timeout);
    if (wrong !== undefined) return sendText(reply, 400, `Invalid timeout '${timeout}': ${wrong}.\n`);
    return sendJson(request, reply, JSON.stringify(metrics()));
  };
}
