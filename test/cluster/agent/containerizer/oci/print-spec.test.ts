import { printSpec, readSpec } from '../../../../../cluster/agent/containerizer/oci/print-spec';
import { baseSpec } from '../isolators/builders';

it('prints integers of 64 bits exactly, and texts as they are', () => {
  const specification = baseSpec();
  const limit = 2n ** 64n - 1n;
  const text = printSpec({
    ...specification,
    process: {
      ...specification.process,
      args: ['integer:1', '"18446744073709551615"'],
      rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: limit }],
    },
  });
  expect(text).toContain('"rlimits":[{"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615}]');
  expect(text).toContain('"args":["integer:1","\\"18446744073709551615\\""]');
  expect(JSON.parse(printSpec(specification))).toEqual(specification);
});

test('a specification is read as it was printed', () => {
  const type = 'RLIMIT_CORE';
  const rlimits = [{ type, soft: 2n ** 64n - 1n, hard: 4096 }];
  const process = { cwd: '/', env: [], args: ['x'], user: { uid: 0, gid: 0 }, rlimits };
  const specification = {
    ociVersion: '1.0.2',
    root: { path: '/' },
    process,
    mounts: [],
    linux: { namespaces: [] },
  };
  expect(readSpec(printSpec(specification))).toEqual(specification);
});
