/** The variables by which client commands find the parts of a cluster that are not at their usual places. */

import { placeFlags } from '../commands/status';
import type { Endpoint } from './cluster';

/** The assignments of a shell, `MESETA_MASTER=...` and so on, with blanks between them; empty when all are at their places. */
export function clientVariables(endpoints: readonly Endpoint[]): string {
  return Object.entries(placeFlags)
    .flatMap(([part, { env, fallback }]) => {
      // DNS is asked over HTTP, and HAProxy has an API beside its ports.
      const endpoint = endpoints.find((each) => each.part === part && each.url.startsWith('http://'));
      return endpoint === undefined || endpoint.url === fallback ? [] : [`${env}=${endpoint.url}`];
    })
    .join(' ');
}
