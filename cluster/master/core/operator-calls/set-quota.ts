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
  run: (turn, { quota_request }, event) => {
    const { state } = turn;
    const config = configOf(quota_request);
    const tooMuch = quota_request.force ? undefined : overcommit(state, [config]);
    if (!tooMuch) return store(turn, event, { kind: 'quota', configs: [config] });
    const text =
      "Quota guarantees overcommit the cluster (use 'force' to bypass this check): " +
      `Total quota guarantees '${tooMuch.guaranteed}' exceed cluster capacity '${tooMuch.capacity}'`;
    refuse(turn, event, 409, text);
  },
  stored: (turn, { quota_request }) =>
    quotasStored(turn, { configs: [configOf(quota_request)], isLegacy: true }),
};
