/**
 * What every store of State has to do. Each store's own test runs this with its way to open one.
 */

import fc from 'fast-check';
import { type Change, expunge, type StateStore, store, type Variable } from '../../../cluster/state/store';

const bytes = (text: string): Buffer => Buffer.from(text);
const put = (name: string, text: string, version?: number): Change => ({
  name,
  value: bytes(text),
  ...(version !== undefined && { version }),
});
const remove = (name: string): Change => ({ name, value: undefined });

/** What is stored, as name to text. */
async function contents(state: StateStore): Promise<Record<string, string>> {
  const all = await state.fetchAll('');
  return Object.fromEntries(all.map(({ name, value }) => [name, value.toString()]));
}

export function stateContract(name: string, open: () => Promise<StateStore>): void {
  describe(`${name}, as a store of State`, () => {
    let state: StateStore;
    beforeEach(async () => {
      state = await open();
    });
    afterEach(() => state.close());

    describe('one variable', () => oneVariable(() => state));
    describe('a commit', () => commits(() => state));
    describe('many variables', () => manyVariables(() => state));
  });
}

function oneVariable(state: () => StateStore): void {
  it('that does not exist has version 0 and no bytes', async () => {
    expect(await state().fetch('a')).toEqual({ name: 'a', version: 0, value: Buffer.alloc(0) });
  });

  it('is found as it was stored, whatever its bytes', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    for (const value of [all, Buffer.alloc(0), Buffer.alloc(2_000_000, 7)]) {
      const before = await state().fetch('a');
      const stored = await store(state(), before, value);
      expect(stored?.version).not.toBe(before.version);
      const variable = await state().fetch('a');
      expect([variable.version, variable.value.equals(value)]).toEqual([stored?.version, true]);
    }
  });

  it('is not stored by who saw an older version', async () => {
    const none = await state().fetch('a');
    const first = (await store(state(), none, bytes('1'))) as Variable;
    expect(await store(state(), none, bytes('late'))).toBeUndefined();
    const second = (await store(state(), first, bytes('2'))) as Variable;
    expect(await store(state(), first, bytes('late'))).toBeUndefined();
    expect(await expunge(state(), first)).toBe(false);
    expect(await state().fetch('a')).toEqual(second);
    expect(await expunge(state(), second)).toBe(true);
    expect(await store(state(), second, bytes('late'))).toBeUndefined();
    expect(await contents(state())).toEqual({});
  });

  it('that is removed and made again never repeats a version', async () => {
    const versions: number[] = [];
    for (let round = 0; round < 3; round++) {
      const variable = (await store(state(), await state().fetch('a'), bytes('x'))) as Variable;
      versions.push(variable.version);
      expect(await expunge(state(), variable)).toBe(true);
      expect((await state().fetch('a')).version).toBe(0);
    }
    expect(new Set(versions).size).toBe(3);
  });

  it('does not change when bytes that were read or stored are changed', async () => {
    const value = bytes('kept');
    await state().commit([{ name: 'a', value }]);
    value.fill('x');
    (await state().fetch('a')).value.fill('y');
    for (const variable of await state().fetchAll('')) variable.value.fill('z');
    expect(await contents(state())).toEqual({ a: 'kept' });
  });
}

function commits(state: () => StateStore): void {
  it('is whole, and tells the new versions', async () => {
    const done = await state().commit([put('a', '1'), put('b', '2', 0), remove('c')]);
    const versions = done.ok ? done.versions : new Map<string, number>();
    expect(versions.get('a')).toBe((await state().fetch('a')).version);
    expect(versions.get('b')).toBe((await state().fetch('b')).version);
    expect(versions.get('c')).toBe(0);
    expect(await contents(state())).toEqual({ a: '1', b: '2' });
  });

  it('with one conflict writes nothing and names the variable', async () => {
    await state().commit([put('a', '1'), put('b', '1')]);
    const before = await state().fetchAll('');
    const changes = [put('a', '2'), put('b', '2', 999_999), put('c', '2'), remove('a')];
    expect(await state().commit(changes)).toEqual({ ok: false, conflict: 'b' });
    expect(await state().commit([put('x', '1'), put('y', '1', 1)])).toEqual({ ok: false, conflict: 'y' });
    expect(await state().fetchAll('')).toEqual(before);
  });

  it('without changes changes nothing', async () => {
    expect(await state().commit([])).toEqual({ ok: true, versions: new Map() });
    expect(await contents(state())).toEqual({});
  });

  it('comes after those asked for before, also when nobody waits in between', async () => {
    const earlier = Array.from({ length: 100 }, (_, index) => state().commit([put('a', `${index}`)]));
    const last = state().commit([remove('b'), put('a', 'last')]);
    const done = await Promise.all([...earlier, last]);
    expect(done.every(({ ok }) => ok)).toBe(true);
    expect(await contents(state())).toEqual({ a: 'last' });
  });

  it('lets one of many win that saw the same version', async () => {
    const seen = await state().fetch('a');
    const done = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store(state(), seen, bytes(`${index}`))),
    );
    expect(done.filter((result) => result !== undefined)).toHaveLength(1);
    expect(await contents(state())).toEqual({ a: '0' });
  });

  it('among 1000 at once is kept like the others', async () => {
    const done = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => state().commit([put(`v${index}`, `${index}`, 0)])),
    );
    expect(done.every(({ ok }) => ok)).toBe(true);
    const values = await contents(state());
    expect(Object.keys(values)).toHaveLength(1000);
    expect(values['v999']).toBe('999');
    const versions = (await state().fetchAll('v')).map(({ version }) => version);
    expect(new Set(versions).size).toBe(1000);
  });

  it('does to the contents what the same changes do to a Map', async () => {
    const change = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      value: fc.option(fc.string({ maxLength: 3 }), { nil: undefined }),
      stale: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
        await state().commit(['a', 'b', 'c'].map(remove));
        const expected = new Map<string, string>();
        for (const round of rounds) {
          const changes = round.map(({ name, value, stale }) => ({
            name,
            value: value === undefined ? undefined : bytes(value),
            ...(stale && { version: Number.MAX_SAFE_INTEGER }),
          }));
          const stale = round.some((entry) => entry.stale);
          expect((await state().commit(changes)).ok).toBe(!stale);
          for (const { name, value } of stale ? [] : round) {
            if (value === undefined) expected.delete(name);
            else expected.set(name, value);
          }
        }
        expect(await contents(state())).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 30 },
    );
  });
}

function manyVariables(state: () => StateStore): void {
  beforeEach(async () => {
    const names = ['web/2', 'web/10', 'web', 'db/1', 'webx', 'wea', '\u00fc'];
    await state().commit(names.map((name) => put(name, `value of ${name}`)));
  });

  it('are found by the beginning of their name, in order', async () => {
    expect(await state().names('web/')).toEqual(['web/10', 'web/2']);
    expect((await state().fetchAll('web/')).map(({ name }) => name)).toEqual(['web/10', 'web/2']);
    expect(await state().names('web')).toEqual(['web', 'web/10', 'web/2', 'webx']);
    expect(await state().names('none')).toEqual([]);
    expect(await state().fetchAll('none')).toEqual([]);
  });

  it('are all found without a beginning, each with its value and version', async () => {
    const names = ['db/1', 'wea', 'web', 'web/10', 'web/2', 'webx', '\u00fc'];
    expect(await state().names()).toEqual(names);
    const all = await state().fetchAll('');
    expect(all).toEqual(await Promise.all(names.map((name) => state().fetch(name))));
    expect(all[0]?.value.toString()).toBe('value of db/1');
  });

  it('are no longer found once they are removed', async () => {
    await state().commit(['web', 'web/2'].map(remove));
    expect(await state().names('web')).toEqual(['web/10', 'webx']);
    expect((await state().fetchAll('web')).map(({ name }) => name)).toEqual(['web/10', 'webx']);
  });
}
