/** SET_QUOTA, the older call: a guarantee for a role without a quota (Mesos 1.11 src/master/quota_handler.cpp). */

import { thing } from '../../../model/authorizer';
import { needsEach } from '../authorize/operator';
import { quotasStored } from '../quota/stored';
import { overcommit, requestError } from '../quota/validate';
import { configOf } from '../registry/quota-config';
import { type ChangingCall, refuse, store } from './call';

export const setQuota: ChangingCall<'SET_QUOTA'> = {
  part: 'set_quota',
  permission: needsEach(({ quota_request }) => [
    { list: 'update_quotas', object: thing(quota_request.role) },
  ]),
  check: (state, { quota_request }) => requestError(state, quota_request),
  run: (state, { quota_request }, event) => {
    const config = configOf(quota_request);
    const tooMuch = quota_request.force ? undefined : overcommit(state, [config]);
    if (!tooMuch) return store(state, event, { kind: 'quota', configs: [config] });
    const text =
      "Quota guarantees overcommit the cluster (use 'force' to bypass this check): " +
      `Total quota guarantees '${tooMuch.guaranteed}' exceed cluster capacity '${tooMuch.capacity}'`;
    return refuse(event, 409, text);
  },
  stored: (state, { quota_request }, { now }) =>
    quotasStored(state, { configs: [configOf(quota_request)], isLegacy: true }, now),
};
