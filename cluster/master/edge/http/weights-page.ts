/**
 * `/weights`: the weights of roles other than 1.
 */

import { encodeJson } from '../../../api/json-write';
import { jsonArray } from '../../../api/state-json';
import { getWeights } from '../../views/operator';
import type { FilteredState } from '../../views/read-filter';

/** `/weights`. */
export function weightsPage(state: FilteredState): string {
  return jsonArray(
    (getWeights(state).weight_infos ?? []).map((info) => encodeJson('mesos.v1.WeightInfo', info)),
  );
}
