import { MemoryStore } from '../../../cluster/state/memory';
import { stateContract } from './contract';

stateContract('memory', async () => new MemoryStore());

describe('memory', () => {
  it('commits within the current turn when asked to', async () => {
    const state = new MemoryStore();
    const done = state.commitNow([{ name: 'a', value: Buffer.from('1') }]);
    expect(done.ok).toBe(true);
    expect((await state.fetch('a')).value.toString()).toBe('1');
  });
});
