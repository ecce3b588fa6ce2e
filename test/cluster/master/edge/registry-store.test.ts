import { RegistryStore } from '../../../../cluster/master/edge/registry-store';
import { Timings } from '../../../../cluster/runtime/metrics';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { StateStore } from '../../../../cluster/state/store';

const open = (state: StateStore, limits = { fetchMs: 1000, storeMs: 1000 }) =>
  new RegistryStore(state, { fetch: new Timings('fetch'), store: new Timings('store') }, limits);

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
    const stuck = open(Object.assign(Object.create(state) as MemoryStore, { commit: () => never }), {
      fetchMs: 1000,
      storeMs: 1,
    });
    await stuck.fetch();
    await expect(stuck.store({})).rejects.toThrow('it was not stored within 1ms (--registry_store_timeout)');
    const deaf = open(Object.assign(Object.create(state) as MemoryStore, { fetch: () => never }), {
      fetchMs: 1,
      storeMs: 1,
    });
    await expect(deaf.fetch()).rejects.toThrow('it was not read within 1ms (--registry_fetch_timeout)');
  });

  it('pauses between stores of a large registry, not of a small one', async () => {
    const rests: number[] = [];
    const store = new RegistryStore(
      new MemoryStore(),
      { fetch: new Timings('fetch'), store: new Timings('store') },
      { fetchMs: 10_000, storeMs: 10_000 },
      async (ms) => void rests.push(ms),
    );
    await store.fetch();
    await store.store({ minimum_capabilities: [{ capability: 'AGENT_DRAINING' }] });
    rests.length = 0;
    const slaves = Array.from({ length: 20_000 }, (_none, index) => ({
      info: { id: { value: `S${index}` }, hostname: `host-${index}`, port: 5051 },
    }));
    await store.store({ slaves: { slaves } });
    expect(rests).toEqual([]);
    await store.store({ slaves: { slaves: slaves.slice(1) } });
    expect(rests).toHaveLength(1);
  });
});
