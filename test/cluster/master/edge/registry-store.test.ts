import { RegistryStore } from '../../../../cluster/master/edge/registry-store';
import { type Clock, systemClock, VirtualClock } from '../../../../cluster/runtime/clock';
import { Timings } from '../../../../cluster/runtime/metrics';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { StateStore } from '../../../../cluster/state/store';

const timings = { fetch: new Timings('fetch'), store: new Timings('store') };
const LIMITS = { fetchMs: 1000, storeMs: 1000 };

const open = (state: StateStore, clock: Clock = systemClock()) =>
  new RegistryStore({ state, timings, limits: LIMITS, clock });

describe('the registry store', () => {
  it('reads what it has stored, and does not overwrite what another master stored', async () => {
    const state = new MemoryStore();
    const [first, second] = [open(state), open(state)];
    expect(await first.fetch()).toEqual({});
    await second.fetch();
    await first.store({ minimum_capabilities: [{ capability: 'AGENT_DRAINING' }] });
    expect(first.sizeBytes).toBeGreaterThan(0);
    await expect(second.store({})).rejects.toThrow('another master stored it');
    expect(await open(state).fetch()).toMatchObject({
      minimum_capabilities: [{ capability: 'AGENT_DRAINING' }],
    });
  });

  it('rejects a store and a fetch after their timeouts', async () => {
    const state = new MemoryStore();
    const never = new Promise<never>(() => undefined);
    const clock = new VirtualClock();
    const stuck = open(Object.assign(Object.create(state) as MemoryStore, { commit: () => never }), clock);
    await stuck.fetch();
    const stored = expect(stuck.store({})).rejects;
    clock.advance(1000);
    await stored.toThrow('it was not stored within 1secs (--registry_store_timeout)');
    const deaf = open(Object.assign(Object.create(state) as MemoryStore, { fetch: () => never }), clock);
    const fetched = expect(deaf.fetch()).rejects;
    clock.advance(1000);
    await fetched.toThrow('it was not read within 1secs (--registry_fetch_timeout)');
  });

  it('pauses between stores of a large registry, not of a small one', async () => {
    const clock = new VirtualClock();
    let [encodedMs, watch] = [1, 0];
    const stopwatch = (): number => {
      watch += encodedMs;
      return watch;
    };
    const store = new RegistryStore({ state: new MemoryStore(), timings, limits: LIMITS, clock, stopwatch });
    await store.fetch();
    await store.store({});
    await store.store({});
    encodedMs = 40;
    await store.store({});
    const later = store.store({});
    expect(clock.next()).toBe(120);
    clock.advance(120);
    await later;
    expect(clock.next()).toBeUndefined();
  });
});
