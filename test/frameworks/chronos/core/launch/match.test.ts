import { randomFrom } from '../../../../../cluster/model/random';
import { printResources } from '../../../../../cluster/model/resources';
import { matchJob } from '../../../../../frameworks/chronos/core/launch/match';
import { jobOf } from '../../jobs';
import { offer, textAttribute } from '../../offers';

const SMALL = { cpus: 1, mem: 64, disk: 1 };
const ENOUGH = 'cpus:4;mem:1024;disk:1000;ports:31000-31009';

function lacks(body: object, words = ENOUGH): readonly string[] {
  const attributes = [textAttribute('rack', 'r1')];
  const match = matchJob(offer('O1', words, { attributes }), jobOf({ ...SMALL, ...body }), randomFrom(1));
  return match.ok ? [] : match.lacks;
}

test.each<[name: string, body: object, words: string, lacking: readonly string[]]>([
  ['nothing', {}, ENOUGH, []],
  ['CPUs and memory', {}, 'cpus:0.5;mem:10;disk:9', ['has less than 1 cpus', 'has less than 64 mem']],
  ['an attribute', { constraints: [['rack', 'EQUALS', 'r2']] }, ENOUGH, ['does not have rack EQUALS r2']],
  ['nothing of a fitting rack', { constraints: [['rack', 'LIKE', 'r.']] }, ENOUGH, []],
  [
    'nothing, with the host name as an attribute',
    { constraints: [['hostname', 'LIKE', 'host-.*']] },
    ENOUGH,
    [],
  ],
])('an offer lacks %s', (_name, body, words, lacking) => {
  expect(lacks(body, words)).toEqual(lacking);
});

const mapped = (container: object) => ({
  container: {
    image: 'busybox',
    networkInfos: [{ name: 'net', portMappings: [{ hostPort: 0, containerPort: 80 }] }],
    ...container,
  },
});

test('ports are taken for mappings, but not on the network of the host', () => {
  const without = 'cpus:4;mem:1024;disk:1000';
  expect(lacks(mapped({ network: 'BRIDGE' }), without)).toEqual(['does not have the ports']);
  expect(lacks(mapped({ network: 'HOST' }), without)).toEqual([]);
  const job = jobOf({ ...SMALL, ...mapped({ type: 'MESOS' }) });
  const match = matchJob(offer('O1', ENOUGH), job, randomFrom(1));
  expect(match.ok && printResources(match.resources)).toMatch(/^cpus:1; disk:1; mem:64; ports:\[310/);
});

test('resources of our role and unreserved ones are taken together', () => {
  const words = 'cpus(web):0.5;cpus:4;mem:1024;disk:1000';
  const match = matchJob(
    offer('O1', words, { allocation_info: { role: 'web' } }),
    jobOf(SMALL),
    randomFrom(1),
  );
  expect(match.ok && printResources(match.resources)).toContain('cpus(web):0.5');
});
