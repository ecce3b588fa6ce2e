/** TEARDOWN: ends a framework (Mesos 1.11 src/master/http.cpp). */

import { thing } from '../../../model/authorizer';
import { needsEach } from '../authorize/operator';
import { endFramework } from '../frameworks/removal';
import { emit } from '../state/turn';
import type { ChangingCall } from './call';

export const teardown: ChangingCall<'TEARDOWN'> = {
  part: 'teardown',
  permission: needsEach(({ framework_id }, { frameworks }) => {
    const framework = frameworks.get(framework_id.value);
    return framework ? [{ list: 'teardown_frameworks', object: thing(framework.info.principal) }] : [];
  }),
  check: ({ frameworks }, { framework_id }) =>
    frameworks.has(framework_id.value) ? undefined : 'No framework found with specified ID',
  run: (turn, { framework_id }, { request }) => {
    const { state } = turn;
    const framework = state.frameworks.get(framework_id.value);
    if (framework) {
      emit(turn, { kind: 'answer', request, status: 200 });
      endFramework(turn, framework);
    }
  },
};
