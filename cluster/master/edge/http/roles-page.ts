/**
 * `/roles` and `/quota` in v0 JSON (keys as in Mesos 1.11).
 */

import { encodeJson, writeDouble } from '../../../api/json-write';
import { jsonArray, jsonObject } from '../../../api/state-json';
import { addQuantities, type Quantities } from '../../../model/quantities';
import type { FilteredState } from '../../views/read-filter';
import { getQuota, type RoleSummary, roleSummaries } from '../../views/roles';

export function rolesPage(state: FilteredState, isSeen: (role: string) => boolean): string {
  const roles = roleSummaries(state).filter(({ name }) => isSeen(name));
  return jsonObject({ roles: jsonArray(roles.map(roleJson)) });
}

function roleJson(role: RoleSummary): string {
  const all = new Map(role.allocated);
  addQuantities(all, role.offered);
  return jsonObject({
    name: JSON.stringify(role.name),
    weight: writeDouble(role.weight),
    quota: jsonObject({
      role: JSON.stringify(role.name),
      guarantee: amountsJson(role.guarantee),
      limit: amountsJson(role.limit, true),
      consumed: amountsJson(role.consumed),
    }),
    resources: amountsJson(all),
    allocated: amountsJson(role.allocated),
    offered: amountsJson(role.offered),
    reserved: amountsJson(role.reserved),
    frameworks: JSON.stringify(role.frameworks),
  });
}

/** Quantities as a JSON object, without zeros; a limit of zero is shown, since it forbids the resource. */
function amountsJson(quantities: Quantities, isLimit = false): string {
  const shown = [...quantities]
    .filter(([, milli]) => isLimit || milli > 0)
    .sort(([x], [y]) => (x < y ? -1 : 1));
  const members = shown.map(([name, milli]) => `${JSON.stringify(name)}:${writeDouble(milli / 1000)}`);
  return `{${members.join(',')}}`;
}

/** Quotas in both forms: `infos` of the older calls and `configs`. */
export function quotaPage(state: FilteredState, isSeen: (role: string) => boolean): string {
  return encodeJson('mesos.v1.quota.QuotaStatus', getQuota(state, isSeen));
}
