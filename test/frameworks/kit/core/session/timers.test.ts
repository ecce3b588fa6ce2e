import { SESSION_TIMERS, wake } from '../../../../../frameworks/kit/core/session/timers';
import { SmallFramework } from '../../framework';

test('a timer has the same name in every framework', () => {
  const turn = new SmallFramework();
  wake(turn, { kind: 'kill-retry' }, 7);
  expect(turn.words()).toEqual(['kill-retry at 7']);
  expect(Object.keys(SESSION_TIMERS)).toContain('kill-retry');
});
