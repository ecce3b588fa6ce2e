import { nextInteger, randomFrom } from '../../../../../cluster/model/random';
import { overlayOf } from '../../../../../frameworks/marathon/core/state/overlay-map';

interface Value {
  readonly name: string;
}

describe('a map on top of another one', () => {
  it('reads as a copy with the same changes, in the same order', () => {
    const random = randomFrom(3);
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (let round = 0; round < 300; round++) {
      const base = new Map<string, Value>(keys.slice(0, 4).map((name) => [name, { name }]));
      const copy = new Map(base);
      const overlay = overlayOf(base);
      for (let change = 0; change < 8; change++) {
        const key = keys[nextInteger(random, keys.length)] ?? '';
        if (nextInteger(random, 2) === 0) expect(overlay.delete(key)).toBe(copy.delete(key));
        else {
          const value = { name: `${key}${change}` };
          copy.set(key, value);
          overlay.set(key, value);
        }
        expect([...overlay]).toEqual([...copy]);
      }
      expect([...overlay.keys()]).toEqual([...copy.keys()]);
      expect([...overlay.values()]).toEqual([...copy.values()]);
      expect(overlay.size).toBe(copy.size);
      for (const key of keys) {
        expect(overlay.get(key)).toBe(copy.get(key));
        expect(overlay.has(key)).toBe(copy.has(key));
      }
      const visited = new Map<string, Value>();
      overlay.forEach((value, key) => void visited.set(key, value));
      expect(visited).toEqual(copy);
      const changed = keys.filter((key) => copy.get(key) !== base.get(key));
      expect(overlay.changedKeys().sort()).toEqual(changed);
      expect([...base.keys()]).toEqual(keys.slice(0, 4));
    }
  });

  it('counts a value that is as before as no change', () => {
    const value = { name: 'a' };
    const overlay = overlayOf(new Map([['a', value]]));
    overlay.set('a', { name: 'b' });
    overlay.set('a', value);
    expect(overlay.changedKeys()).toEqual([]);
    overlay.delete('a');
    expect(overlay.changedKeys()).toEqual(['a']);
    overlay.set('a', value);
    expect(overlay.changedKeys()).toEqual([]);
  });
});
