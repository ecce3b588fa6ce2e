import { decide } from '../../../lb/core/decide';
import type { Model } from '../../../lb/core/model';
import { appOfLine, readSections } from '../../../lb/core/sections';

const before = 'global\n  maxconn 1\n\nbackend a_1\n  mode tcp\n\nbackend b_2\n  mode tcp\n';

test('equal text needs nothing', () => {
  expect(decide({ config: before }, { config: before }).kind).toBe('nothing');
});

test('a reload says what changed', () => {
  const after = 'global\n  maxconn 1\n\nbackend b_2\n  mode http\n\nbackend c_3\n  mode tcp\n';
  expect(decide({ config: before }, { config: after })).toEqual({
    kind: 'reload',
    reason: 'added backend c_3; removed backend a_1; changed backend b_2',
  });
});

test('a long list is cut short', () => {
  const many = Array.from({ length: 9 }, (_, n) => `backend x_${n}\n`).join('');
  expect(decide({ config: '' }, { config: many }).reason).toBe(
    'added backend x_0, backend x_1, backend x_2, backend x_3 and 5 more',
  );
});

test('a line of the configuration leads to its app', () => {
  const config = [
    'frontend marathon_http_in',
    '  acl host_x_web req.hdr(host) x',
    '  use_backend web_1 if host_x_web',
    'frontend web_1',
    '  bind :1',
    'backend web_1',
    '  balance x',
    'userlist user_web_1',
    '  user a password b',
    'global',
  ].join('\n');
  const rule = { app: '/web', backend: 'web_1', suffix: 'x_web' };
  const model = { backends: [{ name: 'web_1', app: '/web' }], httpIn: { rules: [rule] } } as unknown as Model;
  const apps = config.split('\n').map((_, n) => appOfLine(config, n + 1, model));
  const web = '/web';
  expect(apps).toEqual([undefined, web, web, web, web, web, web, web, web, undefined]);
  expect(readSections(config).map(({ line }) => line)).toEqual([1, 4, 6, 8, 10]);
});
