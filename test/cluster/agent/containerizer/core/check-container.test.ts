import { checkContainer } from '../../../../../cluster/agent/containerizer/core/check-container';
import { type ContainerState, initContainer } from '../../../../../cluster/agent/containerizer/core/state';

test.each<[string, Partial<ContainerState>]>([
  ['it is destroyed, and kill is under way', { phase: 'destroyed', awaited: 'kill' }],
  ['it is being destroyed, and nothing asked for it', { phase: 'destroying' }],
  ['its program runs while it is fetching', { phase: 'fetching', started: true }],
  ['its launch failed, and it goes on', { failure: { step: 'start', reason: 'no' } }],
  ['it was killed, and goes on', { failedKills: 1 }],
])('%s', (text, change) => {
  expect(checkContainer({ ...initContainer({ mode: 'launch' }), ...change })).toEqual([text]);
});

test('nothing is wrong with a container that begins', () => {
  expect(checkContainer(initContainer({ mode: 'launch' }))).toEqual([]);
});
