/** REMOVE_QUOTA, the older call: removes the quota of a role (Mesos 1.11 src/master/quota_handler.cpp). */

import { thing } from '../../../model/authorizer';
import { needsEach } from '../authorize/operator';
import { quotasStored } from '../quota/stored';
import { removeError } from '../quota/validate';
import { type ChangingCall, store } from './call';

export const removeQuota: ChangingCall<'REMOVE_QUOTA'> = {
  part: 'remove_quota',
  permission: needsEach(({ role }) => [{ list: 'update_quotas', object: thing(role) }]),
  check: (state, { role }) => removeError(state, role),
  run: (turn, { role }, event) => store(turn, event, { kind: 'quota', configs: [{ role }] }),
  stored: (turn, { role }) => quotasStored(turn, { configs: [{ role }], isLegacy: true }),
};
