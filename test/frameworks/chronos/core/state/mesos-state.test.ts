import { newMesosState } from '../../../../../frameworks/chronos/core/state/mesos-state';
import { newOutbox } from '../../../../../frameworks/kit/core/turn/outbox';
import { MESOS } from '../../master-world';

test('a session begins without a connection, offers and kills', () => {
  const state = newMesosState(MESOS, newOutbox());
  expect(state.session).toEqual({ connected: false });
  expect([state.offers.size, state.kills.size, state.waiting.lacks.size]).toEqual([0, 0, 0]);
  expect(state.settings).toBe(MESOS);
});
