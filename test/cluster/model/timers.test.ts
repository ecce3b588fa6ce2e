import { timersOf } from '../../../cluster/model/timers';

const timers = timersOf({
  allocate: {},
  offer: { offerId: String },
  probe: { instanceId: String, index: Number },
  update: { taskId: String, text: String },
});

describe('timers', () => {
  it.each([
    [{ kind: 'allocate' }, 'allocate'],
    [{ kind: 'offer', offerId: '5f1-O7' }, 'offer 5f1-O7'],
    [{ kind: 'probe', instanceId: 'web.1', index: 3 }, 'probe web.1 3'],
    [{ kind: 'update', taskId: 't1', text: 'two words' }, 'update t1 two words'],
    [{ kind: 'update', taskId: '5 %20', text: '5 %20' }, 'update 5%20%2520 5 %20'],
    [{ kind: 'offer', offerId: '' }, 'offer '],
  ] as const)('%j is named %s and read again', (timer, name) => {
    expect(timers.nameOf(timer)).toBe(name);
    expect(timers.read(name)).toEqual(timer);
  });

  it('are set by an effect that carries the name', () => {
    const effects: object[] = [];
    timers.wake({ effects }, { kind: 'probe', instanceId: 'a', index: 0 }, 500);
    expect(effects).toEqual([{ kind: 'wake', timer: 'probe a 0', at: 500 }]);
  });

  it('refuse a kind that nobody declared', () => {
    expect(() => timers.read('nap 5')).toThrow('there is no timer nap');
  });
});
