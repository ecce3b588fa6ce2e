/**
 * The v0 endpoints that change something, each as the v1 call it stands for (Mesos 1.11 src/master/http.cpp).
 */

import { messageFromJson } from '../../../api/json-read';
import type { Handler, Request } from '../../../runtime/http/server';
import { type OperatorDoor, passCall } from './operator-door';
import { plain } from './scheduler-api';

function bodyOf(request: Request): string {
  return (request.body as Buffer | undefined)?.toString('utf8') ?? '';
}

/** POST /teardown, with the form `frameworkId=...`. */
export function teardown(door: OperatorDoor): Handler {
  return (request, reply) => {
    const value = new URLSearchParams(bodyOf(request)).get('frameworkId');
    if (value === null) return plain(reply, 400, "Missing 'frameworkId' query parameter");
    return passCall(door, request, reply, { type: 'TEARDOWN', teardown: { framework_id: { value } } });
  };
}

/** PUT /weights, with a JSON array such as `[{"role": "web", "weight": 2.0}]`. */
export function putWeights(door: OperatorDoor): Handler {
  return (request, reply) => {
    try {
      const given: unknown = JSON.parse(bodyOf(request));
      if (!Array.isArray(given)) throw new Error('expected a JSON array');
      const weight_infos = given.map((one) => messageFromJson('mesos.v1.WeightInfo', one));
      return passCall(door, request, reply, { type: 'UPDATE_WEIGHTS', update_weights: { weight_infos } });
    } catch (error) {
      return plain(reply, 400, `Failed to parse update weights request JSON: ${(error as Error).message}`);
    }
  };
}
