/** UPDATE_QUOTA: guarantees and limits of roles (Mesos 1.11 src/master/quota_handler.cpp). */

import { thing } from '../../../model/authorizer';
import { needsEach } from '../authorize/operator';
import { quotasStored } from '../quota/stored';
import { updateError } from '../quota/validate';
import { type ChangingCall, store } from './call';

export const updateQuota: ChangingCall<'UPDATE_QUOTA'> = {
  part: 'update_quota',
  permission: needsEach(({ quota_configs = [] }) =>
    quota_configs.map(({ role }) => ({ list: 'update_quotas', object: thing(role) })),
  ),
  check: (state, { quota_configs = [], force = false }) => updateError(state, quota_configs, force),
  run: (turn, { quota_configs: configs = [] }, event) => store(turn, event, { kind: 'quota', configs }),
  stored: (turn, { quota_configs: configs = [] }) => quotasStored(turn, { configs, isLegacy: false }),
};
