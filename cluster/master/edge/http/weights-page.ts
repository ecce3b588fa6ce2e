/**
 * `/weights`: the weights of roles other than 1.
 */

import { encodeJson } from '../../../api/json-write';
import { jsonArray } from '../../../api/state-json';
import type { MasterState } from '../../core/state/state';
import { getWeights } from '../../views/operator';

/** `/weights`. */
export function weightsPage(state: MasterState): string {
  return jsonArray(
    (getWeights(state).weight_infos ?? []).map((info) => encodeJson('mesos.v1.WeightInfo', info)),
  );
}
