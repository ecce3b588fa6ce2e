import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { HostLookups } from '../../../dns/edge/host-lookups';
import { eventually } from '../builders';

function setUp(answers: Record<string, string[]>) {
  const clock = new VirtualClock(1000);
  const lookups: string[] = [];
  const seen = { changes: 0, together: 0, most: 0 };
  const hosts = new HostLookups({
    ...{ refreshMs: 60_000, clock, log: silentLogger },
    changed: () => void seen.changes++,
    find: async (host) => {
      lookups.push(host);
      seen.most = Math.max(seen.most, ++seen.together);
      await Promise.resolve();
      seen.together--;
      const addresses = answers[host];
      if (!addresses) throw new Error(`no ${host}`);
      return addresses;
    },
  });
  return { clock, asked: lookups, seen, hosts, answers };
}

test('names are looked up in the background, few at a time, and again after the interval', async () => {
  const {
    clock,
    asked: lookups,
    seen,
    hosts,
    answers,
  } = setUp({
    a: ['10.0.0.1'],
    b: ['10.0.0.2', '10.0.0.1'],
    c: [],
  });
  hosts.want(new Set(['a', 'b', 'c', 'd']));
  expect(hosts.lookup('a')).toEqual([]);
  await eventually(
    () => lookups.length,
    (count) => count === 4,
  );
  await eventually(
    () => seen.changes,
    (changes) => changes === 2,
  );
  expect([hosts.lookup('a'), hosts.lookup('b'), hosts.lookup('d')]).toEqual([
    ['10.0.0.1'],
    ['10.0.0.1', '10.0.0.2'],
    [],
  ]);
  expect(seen.most).toBe(2);
  hosts.want(new Set(['a']));
  expect([lookups.length, hosts.lookup('b')]).toEqual([4, []]);
  answers['a'] = ['10.0.0.9'];
  clock.advance(60_000);
  await eventually(
    () => hosts.lookup('a')[0],
    (address) => address === '10.0.0.9',
  );
  delete answers['a'];
  clock.advance(60_000);
  await eventually(
    () => lookups.length,
    (count) => count === 6,
  );
  expect(hosts.lookup('a')).toEqual(['10.0.0.9']);
  await hosts.stop();
  expect(clock.next()).toBeUndefined();
});
