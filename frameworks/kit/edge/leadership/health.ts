/**
 * The health of each process for load balancers, answered by itself and never passed on: `/health` for all that can
 * answer, `/health/leader` for the one that leads.
 */

import type { Route } from '../../../../cluster/runtime/http/server';
import { handlerOf, type RestDoor } from '../rest/door';
import type { Standing } from './standing';

export const HEALTH_PATHS: ReadonlySet<string> = new Set(['/health', '/health/leader']);

/** `address` is our own `host:port`. */
export function healthRoutes(door: RestDoor, standing: () => Standing, address: () => string): Route[] {
  const row = (path: string, isHealthy: (current: Standing) => boolean): Route => ({
    path,
    methods: {
      GET: handlerOf(door, () => {
        const current = standing();
        return { status: isHealthy(current) ? 200 : 503, body: shown(current, address) };
      }),
    },
  });
  return [
    row('/health', ({ kind }) => kind !== 'none'),
    row('/health/leader', ({ kind }) => kind === 'leading'),
  ];
}

function shown(standing: Standing, address: () => string): object {
  switch (standing.kind) {
    case 'leading':
      return { standing: 'leader', leader: address() };
    case 'following':
      return { standing: 'standby', leader: standing.leader };
    case 'none':
      return { standing: 'not-ready', reason: standing.reason };
  }
}
